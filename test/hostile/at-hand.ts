import { httpEvent } from '../support/http-event.ts';
import { ADA, MOD, PIA } from './cast.ts';
import { functionOf } from './hostile-case.ts';
import type { AtHand } from './hostile-cases.ts';
import { burntOf, createHouse, type House } from './house.ts';
import { tokensAtHand } from './tokens-at-hand.ts';

/** What intruders have collected: it is as good in every house, for houses are alike. */
export async function atHandIn(): Promise<AtHand> {
  const house = await createHouse();
  const cursors = await collectCursors(house);
  if (cursors.length < 7) throw new Error(`only ${cursors.length} lists have a second page`);
  const tokens = tokensAtHand(house);
  return {
    tokens,
    cursors,
    ingestIds: ['ingest1', 'ingest2', 'abcdABCDefgh', 'slot'],
    participantIds: [
      ...[ADA, PIA].flatMap((ownerId) => [`place-1-of-${ownerId}`, `place-2-of-${ownerId}`, burntOf(ownerId)]),
      // Whoever put one of these out must find their tokens worthless.
      ...tokens.flatMap(({ held }) => held?.participantId ?? []),
      '__proto__',
    ],
  };
}

/** Of every list that has a second page, as they are answered to those who may see them. */
async function collectCursors(house: House): Promise<readonly string[]> {
  const cursors: string[] = [];
  for (const ownerId of [ADA, PIA]) {
    cursors.push(await cursorOf(house, ownerId, 'GET /me/stage/guests', ownerId));
    cursors.push(await cursorOf(house, MOD, 'GET /stages/{ownerId}/bans', ownerId));
    cursors.push(await cursorOf(house, MOD, 'GET /stages/{ownerId}/participants', ownerId));
  }
  cursors.push(await cursorOf(house, MOD, 'GET /stages', ADA, { live: 'true', limit: '1' }));
  return cursors.filter((cursor) => cursor !== '');
}

async function cursorOf(
  house: House,
  userId: string,
  routeKey: string,
  ownerId: string,
  query: Readonly<Record<string, string>> = {},
): Promise<string> {
  const claims = userId === MOD ? { 'cognito:groups': '[moderators]' } : {};
  const event = httpEvent(routeKey, { userId, claims, pathParameters: { ownerId }, query });
  const { body = '{}' } = await house.call(event, functionOf(routeKey));
  return (JSON.parse(body) as { readonly cursor?: string }).cursor ?? '';
}
