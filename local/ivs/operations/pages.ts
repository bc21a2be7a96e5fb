import { validationFailed } from '../errors.ts';

interface PageRequest {
  readonly nextToken?: string;
  readonly maxResults?: number;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken?: string;
}

/**
 * A page of what `entries` holds, in the order of their keys. A token names the last key that was seen, so it stays good
 * when resources come and go; it is good for its own list only.
 */
export function cutPage<Item>(
  list: string,
  entries: Iterable<readonly [key: string, item: Item]>,
  { nextToken = '', maxResults = 50 }: PageRequest,
): Page<Item> {
  const after = nextToken === '' ? '' : decodeNextToken(list, nextToken);
  const following = [...entries].filter(([key]) => key > after).sort(([one], [other]) => (one < other ? -1 : 1));
  const page = following.slice(0, maxResults);
  const last = following.length > maxResults ? page.at(-1) : undefined;
  const items = page.map(([, item]) => item);
  return last === undefined ? { items } : { items, nextToken: encodeNextToken(list, last[0]) };
}

/** Keys that sort as the items stand. */
export function keyByPosition<Item>(items: Iterable<Item>): [key: string, item: Item][] {
  return Array.from(items, (item, position) => [keyOf(position), item]);
}

/** Keys that sort the newest, which is the last, first, and stay the same when newer ones come. */
export function keyByAge<Item>(items: readonly Item[]): [key: string, item: Item][] {
  return items.map((item, position) => [keyOf(999_999_999 - position), item]);
}

const keyOf = (position: number) => String(position).padStart(9, '0');

const encodeNextToken = (list: string, key: string) => Buffer.from(`${list} after ${key}`).toString('base64url');

function decodeNextToken(list: string, nextToken: string): string {
  const [key = ''] = Buffer.from(nextToken, 'base64url').toString().split(' after ').slice(1);
  if (encodeNextToken(list, key) !== nextToken) throw validationFailed('Invalid nextToken');
  return key;
}
