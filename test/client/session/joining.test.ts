import { describe, expect, it } from '@jest/globals';
import { ApiUnreachableError } from '../../../client/api/api-errors.ts';
import { TransportError } from '../../../client/transport/transport.ts';
import { ALL, apiError, SUBSCRIBE } from './fake-api.ts';
import { nothing, SessionWorld } from './session-world.ts';
import { settle } from './virtual-clock.ts';

const hang = () => new Promise<void>(() => {});
const refuse = (error: Error) => () => {
  throw error;
};

describe('joining', () => {
  it('is idle until the next microtask, then joins and is live', async () => {
    const world = new SessionWorld();
    const session = world.join();
    expect(session.state).toEqual({ name: 'idle' });
    await settle();
    expect(world.stateNames).toBe('joining live');
    expect(session.role).toBe('host');
    expect(world.api.issueRequests).toEqual([{ capabilities: undefined }]);
    await session.leave();
    expect(session.state).toEqual({ name: 'left' });
    expect(world.leftBehind).toEqual(nothing);
  });

  it('never starts when it is left at once', async () => {
    const world = new SessionWorld();
    await world.join().leave();
    await world.clock.pass(60_000);
    expect(world.stateNames).toBe('left');
    expect(world.api.calls).toEqual([]);
  });

  it('leaves from the middle of a request or a join that never answers, and a connection that comes later too', async () => {
    for (const behaviours of ['issuing', 'connecting'] as const) {
      const world = new SessionWorld();
      let answer = () => {};
      const later = () =>
        new Promise<void>((resolve) => {
          answer = resolve;
        });
      (behaviours === 'issuing' ? world.api.issuing : world.stage.connecting).push(later);
      const session = await world.joinLive();
      expect(session.state.name).toBe('joining');
      await session.leave();
      answer();
      await settle();
      expect(session.state.name).toBe('left');
      expect(world.leftBehind).toEqual(nothing);
    }
  });

  it('backs off with full jitter while the API cannot be reached, and says so in its state', async () => {
    const world = new SessionWorld();
    const error = new ApiUnreachableError('offline');
    world.api.issuing.push(refuse(error), refuse(error), refuse(error));
    const session = await world.joinLive();
    expect(session.state).toEqual({ name: 'joining', attempt: 2, lastError: error });
    await world.clock.pass(149);
    expect(world.api.count('issueToken')).toBe(1);
    await world.clock.pass(1);
    expect(world.api.count('issueToken')).toBe(2);
    await world.clock.pass(300);
    expect(world.api.count('issueToken')).toBe(3);
    await world.clock.pass(600);
    expect(session.state.name).toBe('live');
    await session.leave();
  });

  it('tries again at once when the browser is online again', async () => {
    const world = new SessionWorld();
    for (let tries = 0; tries < 8; tries += 1) world.api.issuing.push(refuse(new ApiUnreachableError('offline')));
    const session = await world.joinLive();
    await world.clock.pass(5000);
    world.api.issuing.length = 0;
    expect(session.state.name).toBe('joining');
    world.beOnline();
    await settle();
    expect(session.state.name).toBe('live');
    await session.leave();
  });

  it('is left at once while it waits for the next try', async () => {
    const world = new SessionWorld();
    world.api.issuing.push(refuse(apiError('UPSTREAM_THROTTLED', 60_000)));
    const session = await world.joinLive();
    await session.leave();
    expect(world.stateNames).toBe('joining joining left');
    expect(world.leftBehind).toEqual(nothing);
  });

  it('waits as long as the API asks, also when the network is back meanwhile', async () => {
    const world = new SessionWorld();
    world.api.issuing.push(refuse(apiError('RATE_LIMITED', 7000)));
    const session = await world.joinLive();
    world.beOnline();
    await world.clock.pass(6999);
    expect(world.api.count('issueToken')).toBe(1);
    await world.clock.pass(1);
    expect(session.state.name).toBe('live');
    await session.leave();
  });

  it('fails as unreachable when the time to give up is over, whatever hangs', async () => {
    for (const behaviour of [hang, refuse(new ApiUnreachableError('offline'))]) {
      const world = new SessionWorld();
      for (let tries = 0; tries < 100; tries += 1) world.api.issuing.push(behaviour);
      const session = await world.joinLive({ giveUpAfterMs: 60_000 });
      await world.clock.pass(59_000);
      expect(session.state.name).toBe('joining');
      await world.clock.pass(22_000);
      expect(session.state).toMatchObject({ name: 'failed', reason: 'unreachable' });
      expect(world.leftBehind).toEqual(nothing);
    }
  });

  it('gives up a join that hangs, and does not share its token with the next one', async () => {
    const world = new SessionWorld();
    let answer = () => {};
    world.stage.connecting.push(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const session = await world.joinLive();
    await world.clock.pass(21_000);
    expect(session.state.name).toBe('live');
    answer();
    await settle();
    expect(world.stage.connections).toHaveLength(2);
    expect(world.stage.present).toHaveLength(1);
    expect(world.api.count('issueToken')).toBe(2);
    await session.leave();
  });

  it.each([
    ['UNAUTHENTICATED', 'signed-out'],
    ['BANNED', 'banned'],
    ['STAGE_NOT_FOUND', 'not-allowed'],
    ['NOT_ALLOWED', 'not-allowed'],
    ['STAGE_INACTIVE', 'stage-inactive'],
    ['INVALID_REQUEST', 'internal'],
  ] as const)('fails for good when the API answers %s: %s', async (code, reason) => {
    const world = new SessionWorld();
    const error = apiError(code);
    world.api.issuing.push(refuse(error));
    const session = await world.joinLive();
    expect(session.state).toEqual({ name: 'failed', reason, error });
    expect(world.leftBehind).toEqual(nothing);
  });

  it.each([
    ['unsupported', 'unsupported'],
    ['stage-full', 'stage-full'],
    ['token-not-allowed', 'not-allowed'],
  ] as const)('fails for good when the transport says %s: %s', async (code, reason) => {
    const world = new SessionWorld();
    world.stage.connecting.push(refuse(new TransportError(code, 'no')));
    const session = await world.joinLive();
    expect(session.state).toMatchObject({ name: 'failed', reason });
    expect(world.leftBehind).toEqual(nothing);
  });

  it('takes a fresh token at once when one has expired, and backs off when the next has as well', async () => {
    const world = new SessionWorld();
    const expired = refuse(new TransportError('token-expired', 'expired'));
    world.stage.connecting.push(expired, expired);
    const session = await world.joinLive();
    expect(world.stage.tries).toBe(2);
    expect(session.state).toMatchObject({ name: 'joining', attempt: 3 });
    await world.clock.pass(200);
    expect(session.state.name).toBe('live');
    expect(world.api.count('issueToken')).toBe(3);
    await world.clock.pass(60_000);
    world.stage.connecting.push(expired);
    world.stage.last.end('connection-lost');
    await world.clock.pass(150);
    expect(session.state.name).toBe('live');
    await session.leave();
  });

  it('tries each fresh token once, however wrong the local clock is', async () => {
    const world = new SessionWorld();
    world.api.skewMs = -86_400_000;
    const session = await world.joinLive();
    expect(session.state.name).toBe('live');
    await world.clock.pass(120_000);
    expect(world.api.count('issueToken') + world.api.count('exchangeToken')).toBe(1);
    await session.leave();
  });

  it('subscribes only when the stage takes no more publishers, and asks for the rest at most every 30 s', async () => {
    const world = new SessionWorld();
    world.api.role = 'guest';
    world.api.issuing.push(refuse(apiError('STAGE_FULL')));
    for (let tries = 0; tries < 2; tries += 1) world.api.exchanging.push(refuse(apiError('STAGE_FULL')));
    const session = await world.joinLive();
    expect(session.state.name).toBe('live');
    expect(session.capabilities).toEqual(SUBSCRIBE);
    await world.clock.pass(29_000);
    expect(world.api.count('exchangeToken')).toBe(0);
    await world.clock.pass(60_000);
    expect(world.api.count('exchangeToken')).toBe(2);
    await world.clock.pass(20_000);
    expect(world.api.count('exchangeToken')).toBe(3);
    expect(session.capabilities).toHaveLength(4);
    await session.leave();
  });

  it('says that the stage is full when it takes a publisher no more who comes back with a fresh token', async () => {
    const world = new SessionWorld();
    world.api.role = 'guest';
    world.api.issuedBy = 'ivs-api';
    world.api.lifeMs = 60_000;
    const session = await world.joinLive();
    await session.publish(world.open());
    const told: unknown[] = [];
    session.on('published', (...change) => told.push(change));
    await world.clock.pass(40_000);
    world.api.issuing.push(refuse(apiError('STAGE_FULL')));
    world.stage.last.end('connection-lost');
    await world.clock.pass(200);
    expect(session.capabilities).toEqual(SUBSCRIBE);
    expect(told).toEqual([[null, 'stage-full']]);
    world.api.issuing.length = 0;
    await world.clock.pass(40_000);
    expect(session.capabilities).toEqual(ALL);
    await session.publish(world.open());
    world.api.capabilities = SUBSCRIBE;
    await world.clock.pass(10_000);
    expect(told.at(-1)).toEqual([null, 'rights-ended']);
    await session.leave();
  });

  it('fails as stage-full when nothing but publishing was asked for', async () => {
    const world = new SessionWorld();
    world.api.role = 'guest';
    world.api.issuing.push(refuse(apiError('STAGE_FULL')));
    const session = await world.joinLive({ capabilities: ['PUBLISH_VIDEO'] });
    expect(session.state).toMatchObject({ name: 'failed', reason: 'stage-full' });
  });

  it('takes what the role allows of what was asked for', async () => {
    const world = new SessionWorld();
    world.api.role = 'viewer';
    world.api.capabilities = SUBSCRIBE;
    const session = await world.joinLive({ capabilities: ['PUBLISH_AUDIO', 'SUBSCRIBE_AUDIO'] });
    expect(session.capabilities).toEqual(['SUBSCRIBE_AUDIO']);
    await session.leave();
  });

  it('opens the stage that is not ready, if it is the host’s, within the time to give up', async () => {
    const world = new SessionWorld();
    world.api.issuing.push(refuse(apiError('STAGE_NOT_READY', 3000)));
    world.api.opening.push(() => world.clock.delay(20_000));
    const session = await world.joinLive();
    await world.clock.pass(21_000);
    expect(world.api.calls.slice(0, 4)).toEqual(['issueToken', 'getStage', 'openMyStage', 'issueToken']);
    expect(session.state.name).toBe('live');
    await session.leave();
  });

  it('waits for a stage that is not ready, if it is somebody else’s', async () => {
    const world = new SessionWorld();
    world.api.role = 'guest';
    for (let tries = 0; tries < 3; tries += 1) world.api.issuing.push(refuse(apiError('STAGE_NOT_READY', 3000)));
    const session = await world.joinLive();
    await world.clock.pass(8999);
    expect(session.state.name).toBe('joining');
    await world.clock.pass(1);
    expect(session.state.name).toBe('live');
    expect(world.api.count('openMyStage')).toBe(0);
    await session.leave();
  });
});
