import { describe, expect, it } from '@jest/globals';
import { TransportError } from '../../../client/transport/transport.ts';
import { SUBSCRIBE } from './fake-api.ts';
import type { FakeMedia } from './fake-media.ts';
import { nothing, SessionWorld } from './session-world.ts';
import { settle } from './virtual-clock.ts';

const refuse = (error: Error) => () => {
  throw error;
};
const full = refuse(new TransportError('stage-full', 'full'));
const broken = refuse(new TransportError('unreachable', 'broken'));

describe('publish', () => {
  it('waits for the session to be live', async () => {
    const world = new SessionWorld();
    const session = world.join();
    const media = world.open();
    const published = session.publish(media);
    expect(session.published).toBe(media);
    await published;
    expect(session.state.name).toBe('live');
    expect(world.stage.last.published).toEqual(media.tracks);
    await session.leave();
    expect(world.leftBehind).toEqual(nothing);
  });

  it('lets the last of several win, and stops the others', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    const [first, second, third] = [world.open(), world.open(), world.open()];
    world.stage.publishing.push(() => world.clock.delay(500));
    const publish = (media: FakeMedia) => Promise.allSettled([session.publish(media)]);
    const results = [publish(first)];
    await settle();
    results.push(publish(second), publish(third));
    await world.clock.pass(1000);
    expect((await Promise.all(results)).map(([result]) => result?.status)).toEqual([
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect([first, second, third].map(({ running }) => running)).toEqual([0, 0, 2]);
    expect(world.stage.last.published).toEqual(third.tracks);
    await session.leave();
  });

  it('is not concerned by the failure of what was published before', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.stage.publishing.push(async () => {
      await world.clock.delay(500);
      full();
    });
    const rejected = expect(session.publish(world.open())).rejects.toMatchObject({ code: 'publish-failed' });
    await settle();
    const second = session.publish(world.open());
    await world.clock.pass(500);
    await Promise.all([rejected, second]);
    expect(world.troubles).toEqual([]);
    await session.leave();
  });

  it('loses no change, at whatever moment it comes', async () => {
    for (let ticks = 0; ticks < 20; ticks += 1) {
      const world = new SessionWorld();
      const session = await world.joinLive();
      const [first, second] = [world.open(), world.open()];
      const results = [session.publish(first)];
      for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
      results.push(session.publish(second));
      await settle();
      expect((await Promise.allSettled(results)).at(-1)?.status).toBe('fulfilled');
      expect(world.stage.last.published).toEqual(second.tracks);
      await session.leave();
    }
  });

  it('rejects and stops the media without a capability to publish any of it', async () => {
    const world = new SessionWorld();
    world.api.role = 'viewer';
    world.api.capabilities = SUBSCRIBE;
    const session = world.join();
    const media = world.open();
    await expect(session.publish(media)).rejects.toMatchObject({ name: 'SessionError', code: 'not-allowed' });
    expect(media.running).toBe(0);
    expect(session.published).toBeNull();
    await session.leave();
  });

  it('stops what is not allowed, so that no later right turns it on', async () => {
    const world = new SessionWorld();
    world.api.role = 'guest';
    world.api.capabilities = ['PUBLISH_AUDIO', ...SUBSCRIBE];
    const session = await world.joinLive();
    const media = world.open();
    await session.publish(media);
    expect(media.running).toBe(1);
    world.api.capabilities = ['PUBLISH_AUDIO', 'PUBLISH_VIDEO', ...SUBSCRIBE];
    await world.clock.pass(5000);
    expect(world.stage.last.kinds).toBe('audio');
    await media.useDevice('video');
    await settle();
    expect(world.stage.last.kinds).toBe('audio,video');
    await session.leave();
  });

  it('rejects and stops the media in a session that is over', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    await session.leave();
    const media = world.open();
    await expect(session.publish(media)).rejects.toMatchObject({ code: 'not-live' });
    await expect(session.shareScreen()).rejects.toMatchObject({ code: 'not-live' });
    expect(world.media).toEqual([media]);
    await expect(session.setCapabilities(SUBSCRIBE)).rejects.toMatchObject({ code: 'not-live' });
    expect(world.leftBehind).toEqual(nothing);
  });

  it('rejects when the session ends before', async () => {
    const world = new SessionWorld();
    world.stage.connecting.push(refuse(new TransportError('unsupported', 'no')));
    const session = world.join();
    await expect(session.publish(world.open())).rejects.toMatchObject({ code: 'not-live' });
    expect(world.leftBehind).toEqual(nothing);
  });

  it('rejects at once when the stage is full', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    await session.publish(world.open());
    world.stage.publishing.push(full);
    await expect(session.publish(world.open())).rejects.toMatchObject({ code: 'publish-failed', message: 'full' });
    await settle();
    expect(world.stage.last.published).toEqual([]);
    expect(session.state.name).toBe('live');
    expect(world.leftBehind.runningTracks).toBe(0);
    await session.leave();
  });

  it('tries once more after a second, and then rejects', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.stage.publishing.push(broken);
    const first = session.publish(world.open());
    await world.clock.pass(1000);
    await first;
    world.stage.publishing.push(broken);
    const second = session.publish(world.open());
    await world.clock.pass(1000);
    await second;
    world.stage.publishing.push(broken, broken);
    const third = session.publish(world.open());
    const rejected = expect(third).rejects.toMatchObject({ code: 'publish-failed' });
    await world.clock.pass(1000);
    await rejected;
    expect(world.leftBehind.runningTracks).toBe(0);
    await session.leave();
  });
});

describe('a transport that takes its time to publish', () => {
  const tooLong = async (world: SessionWorld) => {
    await world.clock.delay(45_000);
    broken();
  };

  it('is waited for: its own time to give up counts', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.stage.publishing.push(() => world.clock.delay(44_000));
    const published = session.publish(world.open());
    await world.clock.pass(44_000);
    await published;
    expect(world.stage.publishTries).toBe(1);
    expect(world.troubles).toEqual([]);
    await session.leave();
  });

  it('is not waited for when there is something else to publish, or nothing', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    const hang = () => new Promise<void>(() => {});
    world.stage.publishing.push(hang, () => {}, hang);
    const first = expect(session.publish(world.open())).rejects.toMatchObject({ code: 'publish-failed' });
    await settle();
    await session.publish(world.open());
    await first;
    expect(world.stage.last.kinds).toBe('audio,video');
    const third = expect(session.publish(world.open())).rejects.toMatchObject({ code: 'publish-failed' });
    await settle();
    await session.unpublish();
    await third;
    expect(world.stage.last.published).toEqual([]);
    expect(world.troubles).toEqual([]);
    await session.leave();
    await settle();
    expect(world.leftBehind).toEqual(nothing);
  });

  it('is tried twice, one after the other, before the media is given up', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.stage.publishing.push(
      () => tooLong(world),
      () => tooLong(world),
    );
    const rejected = expect(session.publish(world.open())).rejects.toMatchObject({ code: 'publish-failed' });
    await world.clock.pass(90_000);
    expect(session.published).not.toBeNull();
    await world.clock.pass(1000);
    await rejected;
    expect(world.stage.publishTries).toBe(2);
    expect(world.leftBehind.runningTracks).toBe(0);
    await session.leave();
  });
});

describe('published media', () => {
  it('is published again when the device changes', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    const media = world.open();
    await session.publish(media);
    await media.useDevice('video');
    await settle();
    expect(new Set(world.stage.last.published)).toEqual(new Set(media.tracks));
    await session.leave();
    expect(world.leftBehind).toEqual(nothing);
  });

  it('tells the others of mutes, and again after a reconnect', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    const media = world.open();
    await session.publish(media);
    session.setMuted('video', true);
    await settle();
    expect(media.isMuted('video')).toBe(true);
    expect(world.stage.last.muted.get('video')).toBe(true);
    world.stage.last.end('connection-lost');
    await world.clock.pass(200);
    expect(world.stage.last.muted).toEqual(
      new Map([
        ['audio', false],
        ['video', true],
      ]),
    );
    await session.leave();
  });

  it('is unpublished when its devices stop', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    const media = world.open();
    await session.publish(media);
    const told: unknown[] = [];
    session.on('published', (...change) => told.push(change));
    media.stop();
    await settle();
    expect(told).toEqual([[null, 'stopped']]);
    expect(world.stage.last.published).toEqual([]);
    await session.leave();
  });

  it('is stopped by unpublish, without a reason', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    const media = world.open();
    await session.publish(media);
    const told: unknown[] = [];
    session.on('published', (...change) => told.push(change));
    await session.unpublish();
    expect(told).toEqual([[null, undefined]]);
    expect(media.running).toBe(0);
    expect(world.stage.last.published).toEqual([]);
    await session.leave();
  });

  it('is published once more when the stage lost it, and given up when it loses it again', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    const media = world.open();
    await session.publish(media);
    const lose = () => {
      world.stage.last.published = [];
      world.stage.last.options.listener.onPublishFailed(new TransportError('unreachable', 'ICE failed'));
    };
    lose();
    await world.clock.pass(1000);
    expect(world.stage.last.kinds).toBe('audio,video');
    const told: unknown[] = [];
    session.on('published', (...change) => told.push(change));
    lose();
    await settle();
    expect(told).toEqual([[null, 'failed']]);
    expect(media.running).toBe(0);
    await session.leave();
  });
});

describe('a shared screen', () => {
  it('is a participant of its own that only publishes', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    const share = await session.shareScreen();
    expect(world.api.issueRequests.at(-1)).toEqual({ capabilities: ['PUBLISH_AUDIO', 'PUBLISH_VIDEO'] });
    expect(world.stage.present).toHaveLength(2);
    expect(world.stage.last.kinds).toBe('audio,video');
    await share.leave();
    expect(world.stage.present).toHaveLength(1);
    expect(world.leftBehind.runningTracks).toBe(0);
    expect(session.state.name).toBe('live');
    await session.leave();
    expect(world.leftBehind).toEqual(nothing);
  });

  it('asks for no audio where the screen has none or none is allowed', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive({ openScreen: async () => world.open(['video']) });
    await session.shareScreen();
    expect(world.api.issueRequests.at(-1)).toEqual({ capabilities: ['PUBLISH_VIDEO'] });
    await session.leave();
  });

  it('is over with the browser’s own button, with its session, and with another share', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    const first = await session.shareScreen();
    world.media.at(-1)?.stop();
    await settle();
    expect(first.state.name).toBe('left');
    const second = await session.shareScreen();
    const third = await session.shareScreen();
    expect(second.state.name).toBe('left');
    world.stage.connections[0]?.end('token-reused');
    await settle();
    expect(third.state.name).toBe('left');
    expect(world.leftBehind).toEqual(nothing);
  });

  it('needs the right to publish video, and is not asked for without', async () => {
    const world = new SessionWorld();
    world.api.capabilities = SUBSCRIBE;
    const session = await world.joinLive();
    await expect(session.shareScreen()).rejects.toMatchObject({ code: 'not-allowed' });
    expect(world.media).toEqual([]);
    await session.leave();
  });

  it('is stopped when it could not be published', async () => {
    const world = new SessionWorld();
    const session = await world.joinLive();
    world.stage.publishing.push(full);
    await expect(session.shareScreen()).rejects.toMatchObject({ code: 'publish-failed' });
    expect(world.stage.present).toHaveLength(1);
    await session.leave();
    expect(world.leftBehind).toEqual(nothing);
  });

  it('is stopped when the session ended while it was chosen', async () => {
    const world = new SessionWorld();
    let choose = () => {};
    const session = await world.joinLive({
      openScreen: () =>
        new Promise((resolve) => {
          choose = () => resolve(world.open());
        }),
    });
    const share = expect(session.shareScreen()).rejects.toMatchObject({ code: 'not-live' });
    await settle();
    await session.leave();
    choose();
    await share;
    expect(world.leftBehind).toEqual(nothing);
  });
});
