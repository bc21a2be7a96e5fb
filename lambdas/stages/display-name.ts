import type { UserId } from '../../contract/stages.ts';

const LONGEST = 64;
/** Control and format characters, line separators, and what has a width but no ink. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;
const VISIBLE = /[\p{L}\p{N}\p{S}\p{P}]/u;

/**
 * The name that other participants see: the user's own choice of name, never an e-mail or a user name. What cannot be
 * seen goes, so that a name can neither hide nor break the text around it.
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
    .replace(INVISIBLE, '')
    .replace(/(\p{M}{2})\p{M}+/gu, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  if (!VISIBLE.test(text) || text.normalize('NFKC').includes('@')) return undefined;
  return Array.from(text).slice(0, LONGEST).join('').trim();
}
