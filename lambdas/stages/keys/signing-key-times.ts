/** How long after IVS took a successor its tokens begin: every part of IVS shall know the key by then. */
export const SUCCESSOR_WAITS_MS = 5 * 60_000;

/** How old a signer's knowledge of the keys may get. */
export const KEYS_REFRESH_MS = 5 * 60_000;

/**
 * How long a signer may go on with what it read, when the secret cannot be read: a key that was replaced meanwhile is deleted
 * as if nobody had signed with it for longer.
 */
export const KEYS_TRUSTED_MS = SUCCESSOR_WAITS_MS + KEYS_REFRESH_MS;

/** Clocks differ, and a request that has begun may still end with a token. */
const MARGIN_MS = 5 * 60_000;

/** How long after a promotion the last token that the predecessor signed has run out. */
export const predecessorLifeMs = (tokenMinutes: number): number => KEYS_TRUSTED_MS + tokenMinutes * 60_000 + MARGIN_MS;

/** The key for new tokens. A first key has no predecessor to stand in for it, so it begins at once. */
export function keyToSignWith<K extends { readonly importedAt: Date }>(
  current: K | undefined,
  previous: K | undefined,
  now: Date,
): K | undefined {
  if (!current || !previous) return current;
  return now.getTime() - current.importedAt.getTime() < SUCCESSOR_WAITS_MS ? previous : current;
}
