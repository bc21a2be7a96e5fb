import { beforeEach, describe, expect, it } from '@jest/globals';
import { moderation } from '../../../lambdas/http/moderation/endpoints.ts';
import { changeUserStage } from '../../../lambdas/stages/change-user-stage.ts';
import { arrive, identity } from '../../support/crowd.ts';
import { call, type EventParts } from '../../support/http-event.ts';
import { deliver, openStage } from '../../support/live-stage.ts';
import { createWorld, type World } from '../../support/world.ts';

let world: World;
let arn: string;
beforeEach(async () => {
  world = createWorld();
  arn = await openStage(world);
});

const CALLERS: Readonly<Record<string, EventParts>> = {
  host: { userId: 'ada' },
  moderator: { userId: 'mod', claims: { 'cognito:groups': '[moderators]' } },
  'banned moderator': { userId: 'banned', claims: { 'cognito:groups': '[moderators]' } },
  viewer: { userId: 'viewer' },
  guest: { userId: 'guest' },
  banned: { userId: 'banned' },
};
const ask = async (routeKey: string, caller: string, parts: EventParts = {}) => {
  const pathParameters = { ownerId: 'ada', userId: 'grace', participantId: 'of-grace', ...parts.pathParameters };
  return call(moderation(world), routeKey, { ...CALLERS[caller], ...parts, pathParameters });
};
const answer = async (...asked: Parameters<typeof ask>) => {
  const { status, body } = await ask(...asked);
  return body.code === undefined ? String(status) : `${status} ${body.code}`;
};
const inSeconds = (seconds: number) => new Date(world.now().getTime() + seconds * 1000).toISOString();

const ROUTES = [
  ['GET /stages/{ownerId}/participants', '200'],
  ['DELETE /stages/{ownerId}/participants/{participantId}', '204'],
  ['GET /stages/{ownerId}/bans', '200'],
  ['PUT /stages/{ownerId}/bans/{userId}', '204'],
  ['DELETE /stages/{ownerId}/bans/{userId}', '204'],
] as const;

describe.each(ROUTES)('%s', (routeKey, success) => {
  beforeEach(async () => {
    world.guests.set('ada/guest', { capabilities: ['PUBLISH_AUDIO'] });
    world.bans.set('ada/banned', {});
    world.bans.set('ada/grace', {});
    world.ivs.join(arn, 'of-grace', identity('grace', 'viewer', []));
  });
  const NOT_ALLOWED = '403 NOT_ALLOWED';
  const HIDDEN = '404 STAGE_NOT_FOUND';

  it.each([
    ['host', success, success, HIDDEN],
    ['moderator', success, success, HIDDEN],
    ['banned moderator', success, success, HIDDEN],
    ['guest', NOT_ALLOWED, NOT_ALLOWED, HIDDEN],
    ['viewer', NOT_ALLOWED, HIDDEN, HIDDEN],
    ['banned', NOT_ALLOWED, HIDDEN, HIDDEN],
  ])('answers the %s: %s; of a private stage %s, of a missing one %s', async (caller, inPublic, inPrivate, missing) => {
    expect(await answer(routeKey, caller)).toBe(inPublic);
    world.bans.set('ada/grace', {});
    await changeUserStage(world)('ada', { visibility: 'invited' });
    expect(await answer(routeKey, caller)).toBe(inPrivate);
    const pathParameters = { ownerId: 'nobody' };
    expect(await answer(routeKey, caller, { pathParameters })).toBe(missing);
    if (inPrivate !== HIDDEN) return;
    const detailOf = async (ownerId: string) =>
      String((await ask(routeKey, caller, { pathParameters: { ownerId } })).body.detail);
    expect((await detailOf('ada')).replace('ada', 'nobody')).toBe(await detailOf('nobody'));
  });
});

describe('guests', () => {
  const put = (body: object, userId = 'grace') =>
    ask('PUT /me/stage/guests/{userId}', 'host', { body: JSON.stringify(body), pathParameters: { userId } });
  const list = async (query?: Readonly<Record<string, string>>) =>
    (await ask('GET /me/stage/guests', 'host', query ? { query } : {})).body as {
      guests: { userId: string }[];
      cursor?: string;
    };

  it('are invited to everything, or to what is named, sorted, until a time', async () => {
    expect(await put({})).toMatchObject({ status: 204 });
    const expiresAt = inSeconds(60);
    await put({ capabilities: ['SUBSCRIBE_AUDIO', 'PUBLISH_AUDIO'], expiresAt }, 'mary');
    expect(await list()).toEqual({
      guests: [
        {
          userId: 'grace',
          capabilities: ['PUBLISH_AUDIO', 'PUBLISH_VIDEO', 'SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'],
        },
        { userId: 'mary', capabilities: ['PUBLISH_AUDIO', 'SUBSCRIBE_AUDIO'], expiresAt },
      ],
    });
    world.clock.advance(60_000);
    expect((await list()).guests).toHaveLength(1);
  });

  it.each([
    [{ capabilities: [] }, 'capabilities must have at least 1 element, got []'],
    [{ expiresAt: 'tomorrow' }, 'expiresAt must be an ISO 8601 time in UTC, got "tomorrow"'],
    [{ expiresAt: '2026-13-01T00:00:00Z' }, 'expiresAt must be an ISO 8601 time in UTC, got "2026-13-01T00:00:00Z"'],
    [{ expiresAt: '2026-01-01T01:00:00+01:00' }, /^expiresAt must be an ISO 8601 time in UTC/],
    [
      { expiresAt: '2026-01-01T00:00:59.999Z' },
      'expiresAt must be at least 60 seconds ahead, got "2026-01-01T00:00:59.999Z"',
    ],
    [{ role: 'host' }, 'body must not have the field "role"'],
  ])('are not invited with %j', async (body, detail) => {
    const refused = await put(body);
    expect(refused).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
    expect(refused.body.detail).toEqual(typeof detail === 'string' ? detail : expect.stringMatching(detail));
  });

  it('cannot be the host, and nobody without a profile invites', async () => {
    expect(await put({}, 'ada')).toMatchObject({ status: 403, body: { code: 'NOT_ALLOWED' } });
    const parts = { pathParameters: { userId: 'grace' } };
    expect(await answer('PUT /me/stage/guests/{userId}', 'viewer', parts)).toBe('404 STAGE_NOT_FOUND');
  });

  it('are listed 50 a page', async () => {
    for (let i = 0; i < 51; i++) world.guests.set(`ada/g${i + 10}`, { capabilities: ['PUBLISH_AUDIO'] });
    const { guests, cursor = '' } = await list();
    expect([guests.length, guests.at(-1)?.userId]).toEqual([50, 'g59']);
    expect(await list({ cursor })).toEqual({ guests: [{ userId: 'g60', capabilities: ['PUBLISH_AUDIO'] }] });
  });

  it.each(['', 'x', '=', Buffer.from('a b').toString('base64url'), Buffer.from('a#b').toString('base64url')])(
    'are not listed from behind a cursor that no page answered: %j',
    async (cursor) => {
      expect(await answer('GET /me/stage/guests', 'host', { query: { cursor } })).toBe('400 INVALID_REQUEST');
    },
  );
});

describe('bans', () => {
  const put = (userId: string, body: object = {}) =>
    ask('PUT /stages/{ownerId}/bans/{userId}', 'moderator', { body: JSON.stringify(body), pathParameters: { userId } });

  it('end when they shall, and are not listed any more then', async () => {
    expect(await put('grace', { expiresAt: inSeconds(1) })).toMatchObject({ status: 204 });
    expect((await ask('GET /stages/{ownerId}/bans', 'host')).body).toEqual({
      bans: [{ userId: 'grace', expiresAt: inSeconds(1) }],
    });
    world.clock.advance(1000);
    expect((await ask('GET /stages/{ownerId}/bans', 'host')).body).toEqual({ bans: [] });
  });

  it('do not lie in the past, and do not hit the owner', async () => {
    expect(await put('grace', { expiresAt: inSeconds(0) })).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/^expiresAt must be in the future/) },
    });
    expect(await put('ada')).toMatchObject({ status: 403, body: { code: 'NOT_ALLOWED' } });
    expect(await answer('DELETE /stages/{ownerId}/bans/{userId}', 'host')).toBe('404 NOT_FOUND');
  });
});

describe('participants', () => {
  const list = (query?: Readonly<Record<string, string>>) =>
    ask('GET /stages/{ownerId}/participants', 'host', query ? { query } : {});

  it('are nobody while there is no session', async () => {
    expect(await list()).toMatchObject({ status: 200, body: { participants: [] } });
  });

  it('are listed with who publishes now, page by page', async () => {
    for (const userId of ['ada', 'grace', 'mary']) await arrive(world, arn, userId);
    world.ivs.publish(arn, 'of-ada');
    await deliver(world);
    world.ivs.leave(arn, 'of-grace');
    const { body } = await list();
    const person = { publishing: false, state: 'connected', firstJoinedAt: null };
    expect(body.participants).toEqual([
      { ...person, participantId: 'of-ada', userId: 'ada', publishing: true },
      { ...person, participantId: 'of-grace', userId: 'grace', state: 'disconnected' },
    ]);
    const next = await list({ cursor: String(body.cursor) });
    expect(next.body).toEqual({ participants: [{ ...person, participantId: 'of-mary', userId: 'mary' }] });
  });

  it('cost IVS one look in three seconds, however many ask', async () => {
    await arrive(world, arn, 'grace');
    world.ivs.calls.length = 0;
    const looks = () => world.ivs.calls.map(({ operation }) => operation);
    const answers = await Promise.all(Array.from({ length: 4 }, () => list()));
    for (const { body } of answers) expect(body.participants).toHaveLength(1);
    expect(looks()).toEqual(['getStage', 'listParticipants']);
    world.clock.advance(60_000);
    await list();
    world.clock.advance(2999);
    await list();
    expect(looks()).toHaveLength(4);
    world.clock.advance(1);
    await list();
    expect(looks()).toHaveLength(6);
  });

  it('are not told while IVS takes no call, and whoever waits for the answer is told to come again', async () => {
    await arrive(world, arn, 'grace');
    world.ivs.trouble = () => 'throttled';
    expect(await list()).toMatchObject({ status: 503, body: { code: 'UPSTREAM_THROTTLED' } });
    world.ivs.trouble = () => undefined;
    expect(await list()).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    world.clock.advance(8_000);
    expect(await list()).toMatchObject({ status: 200 });
  });

  it.each(['a b', 'a/b', '', 'x'.repeat(65), 'é'])('have no id like %j', async (participantId) => {
    const parts = { pathParameters: { participantId } };
    const refused = await answer('DELETE /stages/{ownerId}/participants/{participantId}', 'host', parts);
    expect(refused).toBe('400 INVALID_REQUEST');
  });

  it('who are not there are not found, but their token is burnt', async () => {
    await arrive(world, arn, 'mary');
    const kick = 'DELETE /stages/{ownerId}/participants/{participantId}';
    expect(await answer(kick, 'host', { pathParameters: { participantId: 'unused' } })).toBe('404 NOT_FOUND');
    expect(await world.stageAccess.read('ada', 'grace', 'unused')).toMatchObject({ burnt: true });
    expect(world.memberships.burnt.get('ada/unused')).toEqual(new Date(inSeconds(3600)));
  });

  it('who are the host are put out by nobody else', async () => {
    await arrive(world, arn, 'ada');
    const kick = 'DELETE /stages/{ownerId}/participants/{participantId}';
    const parts = { pathParameters: { participantId: 'of-ada' } };
    expect(await answer(kick, 'moderator', parts)).toBe('403 NOT_ALLOWED');
    expect(world.memberships.burnt.size).toBe(0);
    expect(await answer(kick, 'host', parts)).toBe('204');
  });
});

it('takes one request a second of each user, five at once, over all routes that make IVS work', async () => {
  const query = { query: {} };
  for (let i = 0; i < 5; i++) expect((await ask('GET /stages/{ownerId}/participants', 'host', query)).status).toBe(200);
  const refused = await ask('PUT /stages/{ownerId}/bans/{userId}', 'host');
  expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '1' }, body: { code: 'RATE_LIMITED' } });
  expect(await answer('GET /me/stage/guests', 'host')).toBe('200');
  expect(await answer('GET /stages/{ownerId}/participants', 'moderator')).toBe('200');
  world.clock.advance(1000);
  expect(await answer('PUT /stages/{ownerId}/bans/{userId}', 'host')).toBe('204');
});
