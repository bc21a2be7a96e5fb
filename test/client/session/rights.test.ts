import { describe, expect, it } from '@jest/globals';
import { ApiUnreachableError } from '../../../client/api/api-errors.ts';
import { TransportError } from '../../../client/transport/transport.ts';
import type { ParticipantToken } from '../../../contract/stages.ts';
import { ALL, apiError, SUBSCRIBE } from './fake-api.ts';
import { nothing, SessionWorld } from './session-world.ts';
import { settle } from './virtual-clock.ts';

const hang = () => new Promise<void>(() => {});
const refuse = (error: Error) => () => {
  throw error;
};

async function guestWorld() {
  const world = new SessionWorld();
  world.api.role = 'guest';
  const session = await world.joinLive();
  return { world, session };
}

async function viewerWorld(issuedBy: ParticipantToken['issuedBy'] = 'key-pair') {
  const world = new SessionWorld();
  Object.assign(world.api, { role: 'viewer', capabilities: SUBSCRIBE, issuedBy });
  const session = await world.joinLive();
  return { world, session };
}

describe('a token', () => {
  it('is exchanged 60 s before it expires', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    await world.clock.pass(3_539_000);
    expect(world.api.count('exchangeToken')).toBe(0);
    await world.clock.pass(1000);
    expect(world.api.exchangeRequests).toEqual([{ token: expect.any(String), capabilities: undefined }]);
    expect(world.stage.last.token).toMatch(/^participant-1 [^1] /);
    await session.leave();
  });

  it('is exchanged a fifth of its life before it expires, if that is short, but not more often than every 10 s', async () => {
    for (const [lifeMs, afterMs] of [
      [100_000, 80_000],
      [2000, 10_000],
    ] as const) {
      const world = new SessionWorld();
      world.api.lifeMs = lifeMs;
      const session = await world.joinLive();
      await world.clock.pass(afterMs - 1);
      expect(world.api.count('exchangeToken')).toBe(0);
      await world.clock.pass(1);
      expect(world.api.count('exchangeToken')).toBe(1);
      await session.leave();
    }
  });

  it('of the last exchange is the one to join with again', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    await world.clock.pass(3_541_000);
    const { token } = world.stage.last;
    world.stage.last.end('connection-lost');
    await world.clock.pass(300);
    expect(world.stage.connections).toHaveLength(2);
    expect(world.stage.last.token).toBe(token);
    await session.leave();
  });

  it('is tried to be exchanged again when the network failed, and the session stays live', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    const offline = refuse(new ApiUnreachableError('offline'));
    world.api.exchanging.push(offline, offline);
    world.stage.exchanging.push(refuse(new TransportError('unreachable', 'offline')));
    await world.clock.pass(3_570_000);
    expect(world.api.count('exchangeToken')).toBe(4);
    expect(world.troubles).toHaveLength(3);
    expect(world.stateNames).toBe('joining live');
    await session.leave();
  });

  it('that the API refuses to exchange is dropped, and the session stays live', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.api.exchanging.push(refuse(apiError('TOKEN_REFUSED')));
    await world.clock.pass(3_600_000);
    expect(world.stateNames).toBe('joining live');
    expect(world.troubles).toHaveLength(1);
    expect(world.api.count('exchangeToken')).toBe(1);
    world.stage.last.end('connection-lost');
    await world.clock.pass(300);
    expect(world.api.count('issueToken')).toBe(2);
    await session.leave();
  });

  it('whose exchange the stage refuses is replaced by a fresh one', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.stage.exchanging.push(() => {
      world.stage.last.end('exchange-refused');
      throw new TransportError('exchange-refused', 'no');
    });
    await world.clock.pass(3_541_000);
    expect(world.stateNames).toBe('joining live reconnecting live');
    expect(world.api.count('issueToken')).toBe(2);
    await session.leave();
  });
});

describe('a stage that fails exchanges without saying why', () => {
  it('is joined anew with a fresh token after the third', async () => {
    const { world, session } = await viewerWorld();
    for (let tries = 0; tries < 100; tries += 1) {
      world.stage.exchanging.push(refuse(new TransportError('unreachable', 'code 1234')));
    }
    Object.assign(world.api, { role: 'guest', capabilities: ALL });
    await world.clock.pass(20_000);
    expect(world.api.count('exchangeToken')).toBe(3);
    expect(world.stateNames).toBe('joining live reconnecting live');
    expect(session.capabilities).toEqual(ALL);
    await session.leave();
  });

  it('keeps its connection when one in between works', async () => {
    const { world, session } = await viewerWorld();
    const fail = refuse(new TransportError('unreachable', 'code 1234'));
    world.stage.exchanging.push(fail, fail, () => {}, fail, fail);
    for (const capabilities of [ALL, SUBSCRIBE]) {
      Object.assign(world.api, { capabilities });
      await world.clock.pass(20_000);
      expect(session.capabilities).toEqual(capabilities);
    }
    expect(world.stateNames).toBe('joining live');
    await session.leave();
  });
});

describe('a user who is signed out', () => {
  it('is at the end of the session after the third refusal in a row', async () => {
    const { world, session } = await guestWorld();
    await session.publish(world.open());
    const signedOut = refuse(apiError('UNAUTHENTICATED'));
    world.api.getting.push(signedOut, signedOut, () => {}, signedOut, signedOut, signedOut);
    await world.clock.pass(29_000);
    expect(session.state.name).toBe('live');
    await world.clock.pass(1000);
    expect(session.state).toMatchObject({ name: 'failed', reason: 'signed-out', error: { code: 'UNAUTHENTICATED' } });
    expect(world.leftBehind).toEqual(nothing);
  });
});

describe('the role', () => {
  it('is asked for every 5 s, also while an exchange hangs and when a question hangs', async () => {
    const { world, session } = await guestWorld();
    world.api.capabilities = SUBSCRIBE;
    world.api.exchanging.push(hang);
    world.api.getting.push(() => {}, hang);
    await world.clock.pass(14_999);
    expect(world.api.count('getStage')).toBe(2);
    expect(world.api.count('exchangeToken')).toBe(1);
    await world.clock.pass(5001);
    expect(world.api.count('getStage')).toBe(4);
    expect(world.api.count('exchangeToken')).toBe(2);
    expect(session.capabilities).toEqual(SUBSCRIBE);
    await session.leave();
    expect(world.leftBehind).toEqual(nothing);
  });

  it('that loses a right leads to an exchange within 10 s, and the media of that kind is stopped', async () => {
    const { world, session } = await guestWorld();
    const media = world.open();
    await session.publish(media);
    const [audio, video] = media.tracks;
    world.api.capabilities = ALL.filter((capability) => capability !== 'PUBLISH_VIDEO');
    await world.clock.pass(5000);
    expect(session.capabilities).toEqual(['PUBLISH_AUDIO', 'SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO']);
    expect(world.stage.last.published).toEqual([audio]);
    expect(video?.readyState).toBe('ended');
    expect(media.tracks).toEqual([audio]);
    expect(world.stateNames).toBe('joining live');
    await session.leave();
  });

  it('that loses a right also stops a device of that kind that is opened after it, until the right is back', async () => {
    const { world, session } = await guestWorld();
    const media = world.open();
    await session.publish(media);
    world.api.capabilities = ALL.filter((capability) => capability !== 'PUBLISH_VIDEO');
    await world.clock.pass(5000);
    await media.useDevice('video');
    expect(media.running).toBe(1);
    world.api.capabilities = ALL;
    await world.clock.pass(5000);
    expect(world.stage.last.kinds).toBe('audio');
    await media.useDevice('video');
    await settle();
    expect(world.stage.last.kinds).toBe('audio,video');
    await session.leave();
    expect(world.leftBehind).toEqual(nothing);
  });

  it('that does not allow a kind stops it, also of media that comes after the right was lost', async () => {
    const { world, session } = await guestWorld();
    await session.publish(world.open());
    world.api.capabilities = ALL.filter((capability) => capability !== 'PUBLISH_VIDEO');
    await world.clock.pass(5000);
    const media = world.open();
    await session.publish(media);
    expect(media.running).toBe(1);
    expect(world.stage.last.kinds).toBe('audio');
    await session.leave();
  });

  it('that loses every right to publish ends the media and says why', async () => {
    const { world, session } = await guestWorld();
    const media = world.open();
    await session.publish(media);
    const told: unknown[] = [];
    session.on('published', (...change) => told.push(change));
    session.on('rights', (rights) => told.push(rights));
    world.api.role = 'viewer';
    world.api.capabilities = SUBSCRIBE;
    await world.clock.pass(5000);
    expect(told).toEqual([{ role: 'viewer', capabilities: SUBSCRIBE }, [null, 'rights-ended']]);
    expect(media.running).toBe(0);
    expect(world.stage.last.published).toEqual([]);
    await session.leave();
  });

  it('that allows more is asked for it by name', async () => {
    const { world, session } = await guestWorld();
    world.api.role = 'viewer';
    world.api.capabilities = SUBSCRIBE;
    await world.clock.pass(5000);
    world.api.role = 'guest';
    world.api.capabilities = ALL;
    await world.clock.pass(5000);
    expect(world.api.exchangeRequests.at(-1)?.capabilities).toEqual(ALL);
    expect(session.capabilities).toEqual(ALL);
    expect(session.role).toBe('guest');
    await session.leave();
  });

  it('that has ended by a ban ends the session before it is put out', async () => {
    const { world, session } = await guestWorld();
    await session.publish(world.open());
    world.api.role = null;
    await world.clock.pass(5000);
    expect(session.state).toMatchObject({ name: 'failed', reason: 'banned' });
    expect(world.leftBehind).toEqual(nothing);
  });

  it('on a stage that is not there any more ends the session', async () => {
    const { world, session } = await guestWorld();
    world.api.getting.push(refuse(apiError('STAGE_NOT_FOUND')));
    await world.clock.pass(5000);
    expect(session.state).toMatchObject({ name: 'failed', reason: 'not-allowed' });
    expect(world.leftBehind).toEqual(nothing);
  });

  it('that changes where tokens cannot be exchanged leads to another connection with a fresh token', async () => {
    const world = new SessionWorld();
    world.api.role = 'guest';
    world.api.issuedBy = 'ivs-api';
    const session = await world.joinLive();
    await session.publish(world.open());
    world.api.capabilities = ['PUBLISH_AUDIO', 'SUBSCRIBE_AUDIO'];
    await world.clock.pass(5000);
    expect(world.stateNames).toBe('joining live reconnecting live');
    expect(world.api.count('exchangeToken')).toBe(0);
    expect(world.stage.connections).toHaveLength(2);
    expect(world.stage.last.kinds).toBe('audio');
    await session.leave();
  });

  it('that changes after the API refused to exchange leads to another connection', async () => {
    const { world, session } = await guestWorld();
    world.api.capabilities = SUBSCRIBE;
    world.api.exchanging.push(refuse(apiError('TOKEN_REFUSED')));
    await world.clock.pass(5000);
    expect(world.stateNames).toBe('joining live');
    await world.clock.pass(5000);
    expect(world.stateNames).toBe('joining live reconnecting live');
    expect(session.capabilities).toEqual(SUBSCRIBE);
    await session.leave();
  });
});

describe('setCapabilities', () => {
  it('exchanges for what is wanted, and keeps to it', async () => {
    const { world, session } = await guestWorld();
    await session.setCapabilities(['SUBSCRIBE_AUDIO']);
    expect(session.capabilities).toEqual(['SUBSCRIBE_AUDIO']);
    await world.clock.pass(20_000);
    expect(world.api.count('exchangeToken')).toBe(1);
    await session.setCapabilities(ALL);
    expect(session.capabilities).toEqual(ALL);
    await session.leave();
  });

  it('waits for the exchange that is going on: there is one at a time', async () => {
    const { world, session } = await guestWorld();
    let running = 0;
    let most = 0;
    for (let tries = 0; tries < 10; tries += 1) {
      world.api.exchanging.push(async () => {
        running += 1;
        most = Math.max(most, running);
        await world.clock.delay(300);
        running -= 1;
      });
    }
    world.api.capabilities = ALL.slice(1);
    await world.clock.pass(5000);
    const all = Promise.all([session.setCapabilities(SUBSCRIBE), session.setCapabilities(['SUBSCRIBE_VIDEO'])]);
    await world.clock.pass(2000);
    await all;
    expect(most).toBe(1);
    expect(session.capabilities).toEqual(['SUBSCRIBE_VIDEO']);
    await session.leave();
  });

  it('leaves all as it was when the API refuses', async () => {
    const { world, session } = await guestWorld();
    world.api.exchanging.push(refuse(apiError('CAPABILITY_NOT_ALLOWED')));
    await expect(session.setCapabilities(['SUBSCRIBE_AUDIO'])).rejects.toMatchObject({
      code: 'CAPABILITY_NOT_ALLOWED',
    });
    await world.clock.pass(10_000);
    expect(session.capabilities).toEqual(ALL);
    expect(session.state.name).toBe('live');
    await session.leave();
  });

  it('that is refused leaves all as it was at every moment, however slow the answers are', async () => {
    for (const slow of ['getting', 'exchanging'] as const) {
      const { world, session } = await viewerWorld();
      await world.clock.pass(4999);
      world.api[slow].push(() => world.clock.delay(300));
      const refused = expect(session.setCapabilities(['PUBLISH_VIDEO'])).rejects.toMatchObject({
        code: 'CAPABILITY_NOT_ALLOWED',
      });
      await world.clock.pass(10_000);
      await refused;
      expect(world.stateNames).toBe('joining live');
      expect(session.capabilities).toEqual(SUBSCRIBE);
      await session.leave();
    }
  });

  it('that is refused leaves all as it was when another refused one overlaps it', async () => {
    const { world, session } = await viewerWorld();
    const results = await Promise.allSettled([
      session.setCapabilities(['PUBLISH_VIDEO']),
      session.setCapabilities(['PUBLISH_AUDIO']),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await world.clock.pass(10_000);
    expect(session.state.name).toBe('live');
    await session.leave();
  });

  it('that is refused while there is no connection, or where tokens cannot be exchanged, leaves all as it was', async () => {
    for (const issuedBy of ['key-pair', 'ivs-api'] as const) {
      const { world, session } = await viewerWorld(issuedBy);
      if (issuedBy === 'key-pair') {
        world.stage.last.end('connection-lost');
        await settle();
      }
      const code = 'CAPABILITY_NOT_ALLOWED';
      await expect(session.setCapabilities(['PUBLISH_VIDEO'])).rejects.toMatchObject({ code });
      await world.clock.pass(10_000);
      expect(session.state.name).toBe('live');
      expect(session.capabilities).toEqual(SUBSCRIBE);
      await session.leave();
    }
  });

  it('counts from the next token on while there is no connection', async () => {
    const { world, session } = await guestWorld();
    world.stage.last.end('connection-lost');
    await settle();
    await session.setCapabilities(SUBSCRIBE);
    await world.clock.pass(200);
    expect(world.api.issueRequests.at(-1)).toEqual({ capabilities: SUBSCRIBE });
    expect(session.capabilities).toEqual(SUBSCRIBE);
    await session.leave();
  });

  it('counts from the next token on when the connection is lost meanwhile', async () => {
    const { world, session } = await guestWorld();
    world.api.exchanging.push(hang);
    const wanted = session.setCapabilities(SUBSCRIBE);
    await settle();
    world.stage.last.end('connection-lost');
    await wanted;
    await world.clock.pass(200);
    expect(session.capabilities).toEqual(SUBSCRIBE);
    await session.leave();
  });

  it('joins anew where tokens cannot be exchanged', async () => {
    const world = new SessionWorld();
    world.api.issuedBy = 'ivs-api';
    const session = await world.joinLive();
    await session.setCapabilities(SUBSCRIBE);
    await settle();
    expect(world.stateNames).toBe('joining live reconnecting live');
    expect(session.capabilities).toEqual(SUBSCRIBE);
    await session.leave();
  });
});
