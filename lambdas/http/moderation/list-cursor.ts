import * as z from 'zod/mini';
import { isUserId } from '../../stages/user-id.ts';

/** A cursor is the key or page token from behind which a list goes on, in base64url. */
export const encodeCursor = (key: string): string => Buffer.from(key).toString('base64url');

/** IVS's rule for its page tokens. */
const PAGE_TOKEN = /^[A-Za-z0-9+/=_-]{1,1024}$/;

/** `?cursor=` of a list of users. */
export const userCursorQuery = cursorQuery(isUserId);

/** `?cursor=` of a list that IVS pages. */
export const pageCursorQuery = cursorQuery((key) => PAGE_TOKEN.test(key));

function cursorQuery(isKey: (key: string) => boolean): z.ZodMiniType<{ readonly cursor?: string | undefined }> {
  const isCursor = (text: string) => {
    const key = Buffer.from(text, 'base64url').toString();
    // Many texts decode to one: only the one that we wrote is taken.
    return isKey(key) && encodeCursor(key) === text;
  };
  return z.strictObject({
    cursor: z.optional(
      z.pipe(
        z.string().check(z.refine(isCursor, 'must be one that a page answered')),
        z.transform((text: string) => Buffer.from(text, 'base64url').toString()),
      ),
    ),
  });
}
