import { beforeEach, describe, expect, it } from '@jest/globals';
import { read } from '../../../lambdas/http/read/endpoints.ts';
import { encodeLiveCursor } from '../../../lambdas/http/read/live-cursor.ts';
import { changeUserStage } from '../../../lambdas/stages/change-user-stage.ts';
import { call } from '../../support/http-event.ts';
import { deliver, openStage } from '../../support/live-stage.ts';
import { createWorld, type World } from '../../support/world.ts';

let world: World;
beforeEach(() => {
  world = createWorld();
});

const list = (query: Readonly<Record<string, string>> = { live: 'true' }, userId = 'grace') =>
  call(read(world), 'GET /stages', { query, userId });

async function goLive(userId: string): Promise<void> {
  const arn = await openStage(world, userId);
  world.ivs.join(arn, `host-of-${userId}`);
  world.clock.advance(1000);
  world.ivs.publish(arn, `host-of-${userId}`);
  await deliver(world);
}
const ownersOf = ({ body }: Awaited<ReturnType<typeof list>>) =>
  (body.stages as { ownerId: string }[]).map(({ ownerId }) => ownerId);

describe('GET /stages', () => {
  it('answers nothing while nobody is live', async () => {
    await openStage(world);
    expect(await list()).toMatchObject({ status: 200, body: { stages: [] } });
  });

  it("answers public stages that are live, newest first, with the caller's own role on each", async () => {
    for (const userId of ['ada', 'bea', 'cleo', 'grace', 'hidden']) await goLive(userId);
    await changeUserStage(world)('hidden', { visibility: 'invited' });
    world.bans.set('bea/grace', {});
    world.guests.set('cleo/grace', { capabilities: ['PUBLISH_AUDIO'] });
    const { status, body } = await list();
    expect(status).toBe(200);
    const stage = { displayName: 'Ada', status: 'active', live: true, publisherCount: 1, visibility: 'public' };
    const subscribe = ['SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];
    const all = ['PUBLISH_AUDIO', 'PUBLISH_VIDEO', ...subscribe];
    expect(body).toEqual({
      stages: [
        { ...stage, ownerId: 'grace', liveSince: '2026-01-01T00:00:04.000Z', role: 'host', capabilities: all },
        {
          ...stage,
          ownerId: 'cleo',
          liveSince: '2026-01-01T00:00:03.000Z',
          role: 'guest',
          capabilities: ['PUBLISH_AUDIO'],
        },
        { ...stage, ownerId: 'bea', liveSince: '2026-01-01T00:00:02.000Z', role: null, capabilities: [] },
        { ...stage, ownerId: 'ada', liveSince: '2026-01-01T00:00:01.000Z', role: 'viewer', capabilities: subscribe },
      ],
    });
  });

  it('answers page by page', async () => {
    for (const userId of ['ada', 'bea', 'cleo']) await goLive(userId);
    const first = await list({ live: 'true', limit: '2' });
    expect(ownersOf(first)).toEqual(['cleo', 'bea']);
    const second = await list({ live: 'true', limit: '2', cursor: String(first.body.cursor) });
    expect(ownersOf(second)).toEqual(['ada']);
    expect(second.body).not.toHaveProperty('cursor');
  });

  it('answers 20 when no limit is given', async () => {
    for (let i = 0; i < 21; i++) await goLive(`user-${i}`);
    const page = await list();
    expect(ownersOf(page)).toHaveLength(20);
    expect(ownersOf(await list({ live: 'true', limit: '50' }))).toHaveLength(21);
  });

  const cursor = (text: string) => Buffer.from(text).toString('base64url');
  const time = '2026-01-01T00:00:00.000Z';

  it.each([
    [{}, 'live must be "true", got nothing'],
    [{ live: 'false' }, 'live must be "true", got "false"'],
    [{ live: 'true,true' }, 'live must be "true", got "true,true"'],
    [{ live: 'true', limit: '0' }, 'limit must be a whole number from 1 to 50, got "0"'],
    [{ live: 'true', limit: '51' }, 'limit must be a whole number from 1 to 50, got "51"'],
    [{ live: 'true', limit: '1e1' }, 'limit must be a whole number from 1 to 50, got "1e1"'],
    [{ live: 'true', limit: '' }, 'limit must be a whole number from 1 to 50, got ""'],
    [{ live: 'true', sort: 'name' }, 'query must not have the parameter "sort"'],
    ...['', 'x', cursor(time), cursor(`${time}#`), cursor(`${time}#a b`), cursor(`${time}#a#b`), cursor('now#ada')].map(
      (text): [object, string] => [
        { live: 'true', cursor: text },
        `cursor must be one that a page answered, got ${JSON.stringify(text)}`,
      ],
    ),
    [
      { live: 'true', cursor: `${encodeLiveCursor({ liveSince: time, ownerId: 'ada' })}=` },
      `cursor must be one that a page answered, got "${cursor(`${time}#ada`)}="`,
    ],
  ])('refuses %j', async (query, detail) => {
    expect(await list(query as Record<string, string>)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST', detail },
    });
  });

  it('refuses an event without a query', async () => {
    expect(await call(read(world), 'GET /stages')).toMatchObject({ status: 400 });
  });
});
