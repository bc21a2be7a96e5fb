import type { LiveCursor } from '../../stages/ports.ts';
import { isUserId } from '../../stages/user-id.ts';

/** Time and owner of the last stage of a page, for the URL of the next. */
export const encodeLiveCursor = ({ liveSince, ownerId }: LiveCursor): string =>
  Buffer.from(`${liveSince}#${ownerId}`).toString('base64url');

/** Undefined: nobody got it from `encodeLiveCursor`. */
export function decodeLiveCursor(text: string): LiveCursor | undefined {
  const [liveSince = '', ownerId, ...rest] = Buffer.from(text, 'base64url').toString().split('#');
  if (!isUserId(ownerId) || rest.length > 0 || !isIsoTime(liveSince)) return undefined;
  const cursor = { liveSince, ownerId };
  // Many texts decode to one: only the one that we wrote is taken.
  return encodeLiveCursor(cursor) === text ? cursor : undefined;
}

function isIsoTime(text: string): boolean {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === text;
}
