import { beforeEach, describe, expect, it } from '@jest/globals';
import { read } from '../../../lambdas/http/read/endpoints.ts';
import { tokens } from '../../../lambdas/http/tokens/endpoints.ts';
import { IvsError } from '../../../lambdas/stages/errors.ts';
import { call, type EventParts } from '../../support/http-event.ts';
import { signIn } from '../../support/stage-life.ts';
import { createWorld, type World } from '../../support/world.ts';

let world: World;
beforeEach(async () => {
  world = createWorld();
  await signIn(world, 'ada');
});

const post = (body: unknown, parts: EventParts = {}) =>
  call(tokens(world), 'POST /stages/{ownerId}/tokens', {
    pathParameters: { ownerId: 'ada' },
    body: JSON.stringify(body),
    ...parts,
  });

describe('POST /stages/{ownerId}/tokens', () => {
  it('answers 201 with the token', async () => {
    expect(await post({ capabilities: ['SUBSCRIBE_AUDIO'], durationMinutes: 5 }, { userId: 'grace' })).toMatchObject({
      status: 201,
      body: {
        token: 'secret-1-of-participant-1',
        participantId: 'participant-1',
        userId: 'grace',
        role: 'viewer',
        capabilities: ['SUBSCRIBE_AUDIO'],
        expiresAt: '2026-01-01T00:05:00.000Z',
        issuedBy: 'key-pair',
      },
    });
  });

  it.each([
    [{ capabilities: [] }, 'capabilities must have at least 1 element, got []'],
    [{ capabilities: 'PUBLISH_AUDIO' }, 'capabilities must be an array, got "PUBLISH_AUDIO"'],
    [
      { capabilities: ['PUBLISH_AUDIO', 'PUBLISH_AUDIO'] },
      'capabilities must not repeat an element, got ["PUBLISH_AUDIO","PUBLISH_AUDIO"]',
    ],
    [
      { capabilities: ['PUBLISH'] },
      'capabilities[0] must be one of PUBLISH_AUDIO, PUBLISH_VIDEO, SUBSCRIBE_AUDIO, SUBSCRIBE_VIDEO, got "PUBLISH"',
    ],
    [{ durationMinutes: 0 }, 'durationMinutes must be a whole number from 1 to 20160, got 0'],
    [{ durationMinutes: 20_161 }, 'durationMinutes must be a whole number from 1 to 20160, got 20161'],
    [{ durationMinutes: 1.5 }, 'durationMinutes must be a whole number from 1 to 20160, got 1.5'],
    [{ durationMinutes: '60' }, 'durationMinutes must be a whole number from 1 to 20160, got "60"'],
    [{ role: 'host' }, 'body must not have the field "role"'],
    [{ userId: 'ada' }, 'body must not have the field "userId"'],
  ])('refuses %j', async (body, detail) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST', detail } });
  });

  it.each(['', 'a b', 'ä', 'x'.repeat(118), '../ada', '__proto__\u0000'])(
    'refuses the owner id %j',
    async (ownerId) => {
      const { status, body } = await post({}, { pathParameters: { ownerId } });
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'INVALID_REQUEST' });
      expect(body.detail).toMatch(/^ownerId must have 1 to 117 characters/);
    },
  );

  it.each([
    ['[moderators]', 'moderator'],
    ['[editors moderators]', 'moderator'],
    [['moderators'], 'moderator'],
    ['[moderator moderatorsX Xmoderators]', 'viewer'],
    [undefined, 'viewer'],
    [42, 'viewer'],
  ])('takes the groups %j for a %s', async (groups, role) => {
    expect((await post({}, { userId: 'mod', claims: { 'cognito:groups': groups } })).body).toMatchObject({ role });
  });

  it('answers a body full of mistakes with three of them', async () => {
    const many = { capabilities: Array.from({ length: 2_000 }, (_, i) => i) };
    expect(String((await post(many)).body.detail).length).toBeLessThan(500);
    const fields = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`field${i}`, i]));
    expect((await post(fields)).body.detail).toBe('body must not have the field "field0", "field1", "field2"');
    expect((await post({ durationMinutes: 2 ** 53 })).body.detail).toBe(
      'durationMinutes must be a whole number from 1 to 20160, got 9007199254740992',
    );
  });

  it('reads a body behind a byte order mark', async () => {
    expect(await post({}, { body: '\uFEFF{"capabilities":["SUBSCRIBE_VIDEO"]}' })).toMatchObject({ status: 201 });
  });

  it.each(['throttled', 'unknown'] as const)('answers 503 with Retry-After when IVS is %s', async (reason) => {
    world.tokenIssuer.issue = () => Promise.reject(new IvsError(reason, 'CreateParticipantToken'));
    expect(await post({})).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { code: 'UPSTREAM_THROTTLED' },
    });
  });

  it('reads a body that API Gateway encoded', async () => {
    const body = Buffer.from('{"capabilities":["SUBSCRIBE_VIDEO"]}').toString('base64');
    expect((await post({}, { body, isBase64Encoded: true })).body).toMatchObject({ capabilities: ['SUBSCRIBE_VIDEO'] });
  });
});

describe('POST /stages/{ownerId}/tokens/exchange', () => {
  const exchange = (body: unknown, parts: EventParts = {}) =>
    call(tokens(world), 'POST /stages/{ownerId}/tokens/exchange', {
      pathParameters: { ownerId: 'ada' },
      body: JSON.stringify(body),
      ...parts,
    });

  it('answers 200 with a token of the same participant', async () => {
    const { token } = (await post({})).body;
    expect(await exchange({ token, capabilities: ['SUBSCRIBE_VIDEO'] })).toMatchObject({
      status: 200,
      body: {
        token: 'secret-2-of-participant-1',
        participantId: 'participant-1',
        role: 'host',
        capabilities: ['SUBSCRIBE_VIDEO'],
        issuedBy: 'key-pair',
      },
    });
  });

  it.each([
    [{}, 'token must be a text, got nothing'],
    [{ token: 42 }, 'token must be a text, got 42'],
    [{ token: 'a', capabilities: [] }, 'capabilities must have at least 1 element, got []'],
    [{ token: 'a', durationMinutes: 5 }, 'body must not have the field "durationMinutes"'],
  ])('refuses %j', async (body, detail) => {
    expect(await exchange(body)).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST', detail } });
  });

  it('answers 403 to a token that is not to be trusted, and 409 to one that IVS made', async () => {
    expect(await exchange({ token: 'forged' })).toMatchObject({ status: 403, body: { code: 'TOKEN_REFUSED' } });
    world.tokenIssuer.issuedBy = 'ivs-api';
    const { token } = (await post({})).body;
    expect(await exchange({ token })).toMatchObject({ status: 409, body: { code: 'EXCHANGE_NOT_SUPPORTED' } });
  });

  it('logs no token, whatever is wrong with it', async () => {
    const { token } = (await post({})).body;
    for (const body of [{ token }, { token: [token] }, { token, x: token }]) await exchange(body, { userId: 'grace' });
    expect(JSON.stringify(world.log.lines)).not.toContain('secret-');
  });
});

describe('GET /stages/{ownerId}', () => {
  it("answers the stage with the caller's own role", async () => {
    const get = (userId: string) =>
      call(read(world), 'GET /stages/{ownerId}', { userId, pathParameters: { ownerId: 'ada' } });
    expect(await get('grace')).toMatchObject({
      status: 200,
      body: { ownerId: 'ada', role: 'viewer', status: 'active' },
    });
    expect((await get('ada')).body).toMatchObject({ role: 'host' });
  });
});
