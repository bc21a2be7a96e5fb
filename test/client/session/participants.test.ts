import { describe, expect, it } from '@jest/globals';
import { SUBSCRIBE } from './fake-api.ts';
import { fakeTrack } from './fake-media.ts';
import { participant } from './fake-stage.ts';
import { SessionWorld } from './session-world.ts';
import { settle } from './virtual-clock.ts';

const [audio, video] = [fakeTrack('audio'), fakeTrack('video')];

async function worldWith(...participants: ReturnType<typeof participant>[]) {
  const world = new SessionWorld();
  const session = await world.joinLive();
  const { listener, subscribeTo } = world.stage.last.options;
  for (const each of participants) listener.onParticipant(each);
  return { world, session, listener, subscribeTo };
}

describe('participants', () => {
  it('are listed in the order of their coming with what they were granted', async () => {
    const { session, listener } = await worldWith(participant(), participant({ id: 'second', userId: 'bob' }));
    listener.onTracks('participant-of-grace', [audio, video]);
    listener.onParticipant(participant({ audioMuted: true }));
    expect(session.participants.map(({ userId }) => userId)).toEqual(['grace', 'bob']);
    expect(session.participants[0]).toEqual({
      participantId: 'participant-of-grace',
      userId: 'grace',
      name: 'Grace',
      role: 'guest',
      capabilities: ['PUBLISH_AUDIO', 'PUBLISH_VIDEO', 'SUBSCRIBE_AUDIO'],
      isPublishing: true,
      audioMuted: true,
      videoMuted: false,
      audio,
      video,
    });
    listener.onParticipantLeft('participant-of-grace');
    expect(session.participants.map(({ userId }) => userId)).toEqual(['bob']);
    await session.leave();
    expect(session.participants).toEqual([]);
  });

  it('show no track that their publisher was not granted, even if it is received', async () => {
    const audioOnly = participant({ attributes: { capabilities: 'PUBLISH_AUDIO,SUBSCRIBE_VIDEO' } });
    const { session, listener, subscribeTo } = await worldWith(audioOnly);
    listener.onTracks(audioOnly.id, [audio, video]);
    expect(subscribeTo(audioOnly)).toEqual(['audio']);
    expect(session.participants[0]).toMatchObject({ audio, video: null });
    await session.leave();
  });

  it('show nothing without signed capabilities', async () => {
    const stranger = participant({ attributes: {} });
    const { session, listener, subscribeTo } = await worldWith(stranger);
    listener.onTracks(stranger.id, [audio, video]);
    expect(subscribeTo(stranger)).toEqual([]);
    expect(session.participants[0]).toMatchObject({ name: '', role: null, audio: null, video: null });
    await session.leave();
  });

  it('show nothing any more that the caller lost the right to receive', async () => {
    const { world, session, listener } = await worldWith(participant());
    listener.onTracks('participant-of-grace', [audio, video]);
    world.api.role = 'guest';
    world.api.capabilities = ['PUBLISH_AUDIO', 'SUBSCRIBE_AUDIO'];
    await world.clock.pass(5000);
    expect(session.participants[0]).toMatchObject({ audio, video: null });
    expect(world.stage.last.refreshed).toBeGreaterThan(0);
    await session.leave();
  });

  it('are subscribed to by the rights of the token that is joined with', async () => {
    const world = new SessionWorld();
    world.api.capabilities = SUBSCRIBE;
    const asked: unknown[] = [];
    world.stage.connecting.push(() => {});
    const session = world.join();
    session.on('rights', () => asked.push(session.capabilities));
    await settle();
    expect(asked).toEqual([SUBSCRIBE]);
    expect(world.stage.last.options.subscribeTo(participant())).toEqual(['audio', 'video']);
    await session.leave();
  });

  it('do not include media of one’s own screen', async () => {
    const { world, session, subscribeTo } = await worldWith();
    const share = await session.shareScreen();
    const [id = ''] = world.stage.last.token.split(' ');
    expect(subscribeTo(participant({ id }))).toEqual([]);
    expect(world.stage.last.options.subscribeTo(participant())).toEqual([]);
    await share.leave();
    await session.leave();
  });
});

describe('listeners', () => {
  it('that throw break neither the session nor the others', async () => {
    const reported: unknown[] = [];
    Object.assign(globalThis, { reportError: (error: unknown) => reported.push(error) });
    try {
      const world = new SessionWorld();
      const error = new Error('of the page');
      const session = world.join();
      session.on('state', () => {
        throw error;
      });
      const names: string[] = [];
      session.on('state', ({ name }) => names.push(name));
      await settle();
      await session.leave();
      expect(names).toEqual(['joining', 'live', 'left']);
      expect(reported).toEqual([error, error, error]);
    } finally {
      Reflect.deleteProperty(globalThis, 'reportError');
    }
  });

  it('hear of what another of them caused after what they were told before', async () => {
    const world = new SessionWorld();
    const session = world.join();
    session.on('state', ({ name }) => {
      if (name === 'live') void session.leave();
    });
    const names: string[] = [];
    session.on('state', ({ name }) => names.push(name));
    await settle();
    expect(names).toEqual(['joining', 'live', 'left']);
  });

  it('are told until they stop listening', async () => {
    const world = new SessionWorld();
    const session = world.join();
    const names: string[] = [];
    const stop = session.on('state', ({ name }) => names.push(name));
    await settle();
    stop();
    await session.leave();
    expect(names).toEqual(['joining', 'live']);
  });
});
