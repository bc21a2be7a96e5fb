import { beforeEach, describe, expect, it } from '@jest/globals';
import { me } from '../../../lambdas/http/me/endpoints.ts';
import { call, type EventParts } from '../../support/http-event.ts';
import { cleanUp } from '../../support/stage-life.ts';
import { createWorld, type World } from '../../support/world.ts';

let world: World;
beforeEach(() => {
  world = createWorld();
});

const get = (parts?: EventParts) => call(me(world), 'GET /me/stage', parts);
const put = (parts?: EventParts) => call(me(world), 'PUT /me/stage', parts);
const patch = (body: string | undefined, parts?: EventParts) =>
  call(me(world), 'PATCH /me/stage', { ...parts, ...(body !== undefined && { body }) });

describe('GET /me/stage', () => {
  it('answers 404 before any visit reached us', async () => {
    expect(await get()).toMatchObject({ status: 404, body: { code: 'STAGE_NOT_FOUND' } });
  });

  it('answers the stage, and never a token', async () => {
    await put();
    const { status, headers, body } = await get();
    expect({ status, headers }).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    });
    expect(body).toEqual({
      ownerId: 'ada',
      displayName: 'Guest-ada',
      arn: 'arn:aws:ivs:us-east-1:000000000000:stage/stage1',
      name: 'user-ada-stage',
      status: 'active',
      live: false,
      liveSince: null,
      publisherCount: 0,
      visibility: 'public',
      createdAt: '2026-01-01T00:00:00.000Z',
      participantTokens: {},
    });
  });

  it('answers provisioning while the user waits, for a quarter of an hour at most', async () => {
    world.ivs.trouble = () => 'throttled';
    await put();
    world.clock.advance(15 * 60_000 - 1);
    expect((await get()).body).toMatchObject({ status: 'provisioning' });
    world.clock.advance(1);
    expect((await get()).body).toMatchObject({ status: 'inactive' });
  });

  it('answers a stage that was removed as inactive, without an ARN', async () => {
    await put();
    await cleanUp(world, new Date('2026-03-01T00:00:00Z'));
    const { body } = await get();
    expect(body).toMatchObject({ status: 'inactive' });
    expect(body).not.toHaveProperty('arn');
  });
});

describe('PUT /me/stage', () => {
  it("answers 200 with the host's first token when it makes the stage", async () => {
    expect(await put()).toMatchObject({
      status: 200,
      body: { status: 'active', participantTokens: { ada: { role: 'host', userId: 'ada', issuedBy: 'ivs-api' } } },
    });
    expect((await put()).body.participantTokens).toEqual({});
  });

  it('answers 202 with Retry-After when the stage has to wait', async () => {
    world.ivs.trouble = () => 'throttled';
    for (const attempt of ['queues', 'waits']) {
      expect({ attempt, ...(await put()) }).toMatchObject({
        attempt,
        status: 202,
        headers: { 'retry-after': '1' },
        body: { status: 'provisioning' },
      });
    }
    expect((await get()).body).toMatchObject({ status: 'provisioning' });
  });

  it('answers 503 with Retry-After when the region is full', async () => {
    world.ivs.trouble = () => 'quota-reached';
    expect(await put()).toMatchObject({
      status: 503,
      headers: { 'retry-after': '60', 'content-type': 'application/problem+json' },
      body: { code: 'STAGE_QUOTA_REACHED' },
    });
  });

  it('answers 503 until the end of a removal that is under way', async () => {
    await put();
    const idle = { userId: 'ada', idleHour: '2026-01-01T00', stageArn: [...world.ivs.stages.keys()][0] ?? '' };
    const lease = { attemptId: 'r1', kind: 'remove', until: world.now().getTime() + 20_000 } as const;
    await world.profiles.claimForRemoval(idle, lease, world.now());
    expect(await put()).toMatchObject({
      status: 503,
      headers: { 'retry-after': '20' },
      body: { code: 'STAGE_NOT_READY' },
    });
  });
});

describe('PATCH /me/stage', () => {
  it('changes the visibility, and nothing when it names none', async () => {
    await put();
    expect(await patch('{"visibility":"invited"}')).toMatchObject({ status: 200, body: { visibility: 'invited' } });
    for (const empty of ['{}', undefined]) expect((await patch(empty)).body).toMatchObject({ visibility: 'invited' });
  });

  it('answers 404 for a user without a profile', async () => {
    expect(await patch('{"visibility":"invited"}')).toMatchObject({ status: 404 });
  });

  it.each([
    ['{"visibility":"secret"}', 'visibility must be "public" or "invited", got "secret"'],
    ['{"visibility":null}', 'visibility must be "public" or "invited", got null'],
    ['{"owner":"grace"}', 'body must not have the field "owner"'],
    ['[]', 'body must be a JSON object, got []'],
    ['null', 'body must be a JSON object, got null'],
    ['{', 'body must be JSON, got "{"'],
    [`{"visibility":"${'x'.repeat(10_240)}"}`, 'body must have at most 10240 bytes, got 10257'],
  ])('refuses %s', async (body, detail) => {
    await put();
    expect(await patch(body.slice(0, 20_000))).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST', detail },
    });
  });
});

describe('DELETE /me', () => {
  const leave = () => call(me(world), 'DELETE /me');

  it('answers 204 without a body when all is gone, and again', async () => {
    await put();
    for (const attempt of ['deletes', 'has nothing to delete']) {
      expect({ attempt, ...(await leave()) }).toEqual({
        attempt,
        status: 204,
        headers: { 'cache-control': 'no-store' },
        body: {},
      });
    }
    expect(await get()).toMatchObject({ status: 404 });
    expect(world.ivs.stages.size).toBe(0);
  });

  it('answers 503 with Retry-After while the stage is made or removed, and when IVS throttles', async () => {
    await put();
    const lease = { attemptId: 'r1', kind: 'remove', until: world.now().getTime() + 20_000 } as const;
    await world.profiles.claimForRemoval(
      { userId: 'ada', stageArn: [...world.ivs.stages.keys()][0] ?? '' },
      lease,
      world.now(),
    );
    expect(await leave()).toMatchObject({
      status: 503,
      headers: { 'retry-after': '20' },
      body: { code: 'STAGE_NOT_READY' },
    });
    world.clock.advance(20_000);
    world.ivs.trouble = () => 'throttled';
    expect(await leave()).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { code: 'UPSTREAM_THROTTLED' },
    });
  });
});

describe('any route', () => {
  it.each([
    ['an ID token', { token_use: 'id' }, 'the Authorization header must hold an access token, not an ID token'],
    [
      'a token without a use',
      { token_use: undefined },
      'the Authorization header must hold an access token, not an ID token',
    ],
    ['a token without a user', { sub: undefined }, 'the access token names no user'],
    ['a user id that cannot name a stage', { sub: 'a b' }, 'the access token names no user'],
  ])('answers 401 to %s', async (_what, claims, detail) => {
    expect(await get({ claims })).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED', detail } });
  });

  it('answers a problem of RFC 9457', async () => {
    expect((await get()).body).toEqual({
      type: 'urn:stagedoor:problem:stage-not-found',
      title: 'Not Found',
      status: 404,
      detail: "there is no stage of user 'ada'",
      code: 'STAGE_NOT_FOUND',
      requestId: 'request-1',
    });
  });

  it('answers a bare 500 to what it did not expect, and logs the cause', async () => {
    world.profiles.get = () => Promise.reject(new Error('the table is on fire'));
    const { status, body } = await get();
    expect({ status, code: body.code, detail: body.detail }).toEqual({
      status: 500,
      code: 'INTERNAL',
      detail: 'something went wrong on our side; the request id helps to find it',
    });
    expect(world.log.lines).toMatchObject([
      {
        level: 'error',
        message: 'a request failed',
        fields: { requestId: 'request-1', error: { message: 'the table is on fire' } },
      },
    ]);
  });
});
