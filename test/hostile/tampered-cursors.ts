import fc from 'fast-check';
import { IDS } from './cast.ts';
import { nastyText } from './nasty-values.ts';

const encode = (text: string): string => Buffer.from(text).toString('base64url');

/** What can be made of a cursor. */
const TRICKS: readonly ((cursor: string, place: number) => string)[] = [
  (cursor) => cursor,
  (cursor, place) => {
    const bytes = Buffer.from(cursor, 'base64url');
    const at = place % Math.max(1, bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (place % 8));
    return bytes.toString('base64url');
  },
  (cursor, place) => cursor.slice(0, place % (cursor.length + 1)),
  (cursor) => `${cursor}=`,
  (cursor) => `${cursor},${cursor}`,
  (cursor) => Buffer.from(cursor, 'base64url').toString('base64'),
  (cursor) => Buffer.from(cursor, 'base64url').toString('hex'),
  (cursor) => encode(cursor),
  (cursor) => cursor.toLowerCase(),
  (cursor) => ` ${cursor}`,
  (cursor) => encodeURIComponent(`${cursor}=`),
];

/** Cursors as answered, for whoever shows them wherever; changed in every way; and texts that look like one. */
export const tamperedCursor = (cursors: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .tuple(fc.constantFrom(...cursors), fc.constantFrom(...TRICKS), fc.nat({ max: 500 }))
      .map(([cursor, trick, place]) => trick(cursor, place)),
    fc.constantFrom(...IDS).map(encode),
    fc.constantFrom(...IDS).map((id) => encode(`2026-01-01T00:00:00.000Z#${id}`)),
    fc.constantFrom('+275760-09-13T00:00:00.000Z', '-000001-01-01T00:00:00.000Z').map((time) => encode(`${time}#x`)),
    fc.constantFrom('guest#', 'ban#', 'burnt#', 'ingest#slot', 'participants#').map(encode),
    nastyText.map(encode),
  );
