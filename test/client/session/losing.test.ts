import { describe, expect, it } from '@jest/globals';
import { ApiUnreachableError } from '../../../client/api/api-errors.ts';
import { type Transport, TransportError } from '../../../client/transport/transport.ts';
import { apiError, SUBSCRIBE } from './fake-api.ts';
import { participant } from './fake-stage.ts';
import { nothing, SessionWorld } from './session-world.ts';
import { settle } from './virtual-clock.ts';

const refuse = (error: Error) => () => {
  throw error;
};

describe('a connection that is lost', () => {
  it('is made again with the same token, and the media is published again', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    await session.publish(world.open());
    const { token } = world.stage.last;
    world.stage.last.end('connection-lost');
    await settle();
    expect(session.state).toMatchObject({ name: 'reconnecting', attempt: 1 });
    await world.clock.pass(200);
    expect(world.stateNames).toBe('joining live reconnecting live');
    expect(world.stage.last.token).toBe(token);
    expect(world.stage.last.kinds).toBe('audio,video');
    await session.leave();
    expect(world.leftBehind).toEqual(nothing);
  });

  it('is made again with a fresh token when the cached one is near its end', async () => {
    const world = new SessionWorld();
    world.api.issuedBy = 'ivs-api';
    world.api.lifeMs = 60_000;
    const session = await world.joinLive();
    await world.clock.pass(31_000);
    world.stage.last.end('connection-lost');
    await world.clock.pass(200);
    expect(world.api.count('issueToken')).toBe(2);
    expect(session.state.name).toBe('live');
    await session.leave();
  });

  it('gives up when it was not live for the whole time, and not sooner', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive({ giveUpAfterMs: 30_000 });
    await world.clock.pass(100_000);
    for (let tries = 0; tries < 100; tries += 1) {
      world.stage.connecting.push(refuse(new TransportError('unreachable', 'offline')));
    }
    world.stage.last.end('connection-lost');
    await world.clock.pass(29_900);
    expect(session.state.name).toBe('reconnecting');
    await world.clock.pass(100);
    expect(session.state).toMatchObject({ name: 'failed', reason: 'unreachable' });
    expect(world.leftBehind).toEqual(nothing);
  });

  it('waits longer and longer while connections do not last', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    for (let lost = 0; lost < 5; lost += 1) {
      world.stage.last.end('connection-lost');
      await world.clock.pass(5000);
    }
    world.stage.last.end('connection-lost');
    await world.clock.pass(4000);
    expect(session.state.name).toBe('reconnecting');
    await world.clock.pass(20_000);
    world.stage.last.end('connection-lost');
    await world.clock.pass(200);
    expect(session.state.name).toBe('live');
    await session.leave();
  });

  it('is waited for while the transport gets it back by itself', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.stage.last.options.listener.onInterrupted();
    expect(session.state).toEqual({ name: 'reconnecting', attempt: 1 });
    await world.clock.pass(29_000);
    world.stage.last.options.listener.onResumed();
    expect(session.state.name).toBe('live');
    await world.clock.pass(60_000);
    expect(world.stage.tries).toBe(1);
    await session.leave();
  });

  it('leaves nothing behind when it is left while it is interrupted', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.stage.last.options.listener.onInterrupted();
    await session.leave();
    expect(world.leftBehind).toEqual(nothing);
  });

  it('is waited for also when that began before it was there', async () => {
    const world = new SessionWorld();
    const transport: Transport = {
      connect: async (token, options) => {
        const connection = await world.stage.connect(token, options);
        options.listener.onInterrupted();
        return connection;
      },
    };
    const session = await world.joinLive({ transport });
    expect(session.state.name).toBe('reconnecting');
    world.stage.last.options.listener.onResumed();
    expect(session.state.name).toBe('live');
    await session.leave();
  });

  it('may be left by a listener that is told of it', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    session.on('state', () => void session.leave());
    world.stage.last.options.listener.onInterrupted();
    await settle();
    expect(session.state.name).toBe('left');
    expect(world.leftBehind).toEqual(nothing);
  });

  it('is dropped when the transport does not get it back in 30 s', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.stage.last.options.listener.onInterrupted();
    await world.clock.pass(30_200);
    expect(world.stage.connections[0]?.isOver).toBe(true);
    expect(world.stage.tries).toBe(2);
    expect(session.state.name).toBe('live');
    await session.leave();
  });

  it('is not heard any more', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    const old = world.stage.last;
    old.end('connection-lost');
    await world.clock.pass(200);
    old.options.listener.onParticipant(participant());
    old.options.listener.onInterrupted();
    old.options.listener.onEnded('token-reused');
    await settle();
    expect(session.participants).toEqual([]);
    expect(session.state.name).toBe('live');
    await session.leave();
  });
});

describe('a machine that sleeps', () => {
  const HOUR_MS = 3_600_000;

  async function loseConnection(world: SessionWorld) {
    const session = await world.joinLive();
    const offline = refuse(new TransportError('unreachable', 'offline'));
    world.stage.connecting.push(...Array.from({ length: 100 }, () => offline));
    return { session, triesBefore: world.stage.tries };
  }

  it.each(['go-on', 'were-due'] as const)(
    'joins again on waking from a wait between tries (timers %s)',
    async (timers) => {
      const world = new SessionWorld();
      const { session, triesBefore } = await loseConnection(world);
      world.stage.last.end('connection-lost');
      await settle();
      world.clock.sleep(HOUR_MS, timers);
      world.stage.connecting.length = 0;
      await world.clock.pass(200);
      expect(session.state.name).toBe('live');
      expect(world.stage.tries).toBe(triesBefore + 1);
      await session.leave();
    },
  );

  it.each(['go-on', 'were-due'] as const)('joins again on waking from an interruption (timers %s)', async (timers) => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.stage.last.options.listener.onInterrupted();
    await world.clock.pass(2000);
    world.clock.sleep(HOUR_MS, timers);
    await world.clock.pass(28_200);
    expect(world.stage.tries).toBe(2);
    expect(session.state.name).toBe('live');
    world.stage.last.options.listener.onInterrupted();
    await world.clock.pass(2000);
    world.clock.sleep(HOUR_MS, timers);
    world.stage.last.end('connection-lost');
    await world.clock.pass(400);
    expect(world.stage.tries).toBe(3);
    expect(session.state.name).toBe('live');
    await session.leave();
  });

  it('joins again on waking from a try to join', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.stage.connecting.push(() => new Promise<void>(() => {}));
    world.stage.last.end('connection-lost');
    await world.clock.pass(200);
    world.clock.sleep(HOUR_MS);
    await world.clock.pass(20_400);
    expect(session.state.name).toBe('live');
    await session.leave();
  });

  it('has the whole time to get the connection back on waking, and gives up then', async () => {
    const world = new SessionWorld();
    const { session, triesBefore } = await loseConnection(world);
    world.stage.last.end('connection-lost');
    await world.clock.pass(119_000);
    world.clock.sleep(HOUR_MS);
    await world.clock.pass(119_000);
    expect(session.state.name).toBe('reconnecting');
    expect(world.stage.tries).toBeGreaterThan(triesBefore + 20);
    await world.clock.pass(12_000);
    expect(session.state).toMatchObject({ name: 'failed', reason: 'unreachable' });
    expect(world.leftBehind).toEqual(nothing);
  });

  it('gives up in time also when its clock is set back', async () => {
    const world = new SessionWorld();
    const { session } = await loseConnection(world);
    world.stage.last.end('connection-lost');
    await world.clock.pass(1000);
    world.clock.sleep(-HOUR_MS);
    await world.clock.pass(140_000);
    expect(session.state).toMatchObject({ name: 'failed', reason: 'unreachable' });
  });
});

describe('an end that is meant', () => {
  it('is replaced, for good, when another connection took the token', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.stage.last.end('token-reused');
    await settle();
    expect(session.state).toMatchObject({ name: 'failed', reason: 'replaced' });
    expect(world.leftBehind).toEqual(nothing);
  });

  it('is a ban when the server knows of no role any more', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.api.role = null;
    world.stage.last.end('participant-disconnected');
    await settle();
    expect(session.state).toMatchObject({ name: 'failed', reason: 'banned' });
    expect(session.role).toBeNull();
    expect(world.api.count('issueToken')).toBe(1);
  });

  it('is a kick when nothing else has changed', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.stage.last.end('participant-disconnected');
    await settle();
    expect(session.state).toMatchObject({ name: 'failed', reason: 'kicked' });
  });

  it('is the end of rights when the server allows less than the token did', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.api.role = 'viewer';
    world.api.capabilities = SUBSCRIBE;
    world.stage.last.end('participant-disconnected');
    await settle();
    expect(session.state).toMatchObject({ name: 'failed', reason: 'rights-ended' });
  });

  it('is that the stage is none of the caller’s business when the server does not know it', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.api.getting.push(refuse(new ApiUnreachableError('offline')), refuse(apiError('STAGE_NOT_FOUND')));
    world.stage.last.end('participant-disconnected');
    await world.clock.pass(1000);
    expect(session.state).toMatchObject({ name: 'failed', reason: 'not-allowed' });
  });

  it('is a kick when the server cannot be asked for some seconds', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    for (let tries = 0; tries < 20; tries += 1) world.api.getting.push(refuse(new ApiUnreachableError('offline')));
    world.stage.last.end('participant-disconnected');
    await world.clock.pass(10_000);
    expect(session.state).toMatchObject({ name: 'failed', reason: 'kicked' });
    expect(world.leftBehind).toEqual(nothing);
  });
});

describe('a stage that is deleted', () => {
  it('is looked for once with a fresh token', async () => {
    const world = new SessionWorld();
    world.api.role = 'viewer';
    world.api.capabilities = SUBSCRIBE;
    const session = await world.joinLive();
    world.stage.last.end('stage-deleted');
    await world.clock.pass(500);
    expect(session.state.name).toBe('live');
    expect(world.api.count('issueToken')).toBe(2);
    world.stage.last.end('stage-deleted');
    await world.clock.pass(500);
    expect(session.state).toMatchObject({ name: 'failed', reason: 'stage-inactive' });
  });

  it('is opened by its host', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.stage.last.end('stage-deleted');
    await world.clock.pass(1000);
    expect(world.api.calls.slice(-3)).toEqual(['getStage', 'openMyStage', 'issueToken']);
    expect(session.state.name).toBe('live');
    await session.leave();
  });

  it('is not waited for by a session that is left, at whatever moment', async () => {
    for (let ticks = 0; ticks < 60; ticks += 1) {
      const world = new SessionWorld();
      const session = await world.joinLive();
      world.stage.last.end('stage-deleted');
      for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
      await session.leave();
      await settle();
      expect(world.leftBehind).toEqual(nothing);
    }
  });

  it('is opened by its host also when the server hears of it last', async () => {
    const world = new SessionWorld();
    world.api.issuing.push(refuse(apiError('STAGE_NOT_READY', 1000)));
    const session = world.join();
    await world.clock.pass(1000);
    expect(world.api.count('openMyStage')).toBe(1);
    expect(session.state.name).toBe('live');
    await session.leave();
  });

  it('is inactive when the API says so', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.api.issuing.push(refuse(apiError('STAGE_INACTIVE')));
    world.stage.last.end('stage-deleted');
    await world.clock.pass(500);
    expect(session.state).toMatchObject({ name: 'failed', reason: 'stage-inactive' });
    expect(world.leftBehind).toEqual(nothing);
  });
});
