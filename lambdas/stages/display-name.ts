import type { UserId } from '../../contract/stages.ts';

const LONGEST = 64;

/**
 * The name that other participants see: the user's own choice of name, never an e-mail or a user name. Control characters
 * and direction marks go, so that a name cannot imitate or break the text around it.
 */
export function displayNameOf(attributes: {
  readonly preferred_username?: string | undefined;
  readonly name?: string | undefined;
}): string | undefined {
  return clean(attributes.preferred_username) ?? clean(attributes.name);
}

export const fallbackNameOf = (userId: UserId): string => `Guest-${userId.replace(/[^A-Za-z0-9]/g, '').slice(-4)}`;

function clean(name: string | undefined): string | undefined {
  const text = (name ?? '')
    .normalize('NFC')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  const cut = Array.from(text).slice(0, LONGEST).join('').trim();
  return cut === '' || cut.includes('@') ? undefined : cut;
}
