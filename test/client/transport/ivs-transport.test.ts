import { describe, expect, it, jest } from '@jest/globals';
import type { StageParticipantInfo } from 'amazon-ivs-web-broadcast';
import { ivsTransport } from '../../../client/transport/ivs/ivs-transport.ts';
import { type MediaKind, TransportError, type TransportParticipant } from '../../../client/transport/transport.ts';
import {
  createFakeSdk,
  FakeStream,
  participantInfo,
  SECRET,
  stageClientError,
  stageError,
  stageErrorCodes,
} from './fake-ivs-sdk.ts';
import { createTrack } from './fake-tracks.ts';
import { createRecordingListener } from './recording-listener.ts';

type Wanted = (participant: TransportParticipant) => readonly MediaKind[];

/** A try to join that waits for its stage's answer. */
async function startJoining(subscribeTo: Wanted = () => ['audio', 'video']) {
  const { sdk, stages } = createFakeSdk();
  const { listener, heard } = createRecordingListener();
  const leaving = new AbortController();
  const options = { listener, subscribeTo, signal: leaving.signal };
  const connecting = ivsTransport({ load: async () => sdk }).connect('token', options);
  connecting.catch(() => {});
  await turn();
  const [stage] = stages;
  if (!stage) throw new Error('no stage was made');
  return { stage, heard, connecting, abort: () => leaving.abort() };
}

async function joinStage(subscribeTo?: Wanted) {
  const running = await startJoining(subscribeTo);
  running.stage.emit('STAGE_CONNECTION_STATE_CHANGED', 'connecting');
  running.stage.emit('STAGE_CONNECTION_STATE_CHANGED', 'connected');
  running.stage.joining.resolve();
  const connection = await running.connecting;
  const self = participantInfo({ id: 'self', isLocal: true });
  const publishState = (state: string) => running.stage.emit('STAGE_PARTICIPANT_PUBLISH_STATE_CHANGED', self, state);
  return { ...running, connection, self, publishState };
}

/** All that a listener's log could show of it. */
function inspectAll(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error);
  return `${error.stack}${JSON.stringify(error)}${inspectAll(error.cause)}`;
}

/** Lets all that waits for nothing but its turn go on. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('loading the SDK', () => {
  const options = { ...createRecordingListener(), subscribeTo: () => [], signal: new AbortController().signal };

  it.each([
    ["Cannot find package 'amazon-ivs-web-broadcast' imported from /page.js", 'Node'],
    ["Cannot find module 'amazon-ivs-web-broadcast'", 'webpack'],
    ['Could not resolve "amazon-ivs-web-broadcast" imported by "@stagedoor/client". Is it installed?', 'Vite'],
    ["Failed to resolve module specifier 'amazon-ivs-web-broadcast'", 'Chrome'],
    ['The specifier “amazon-ivs-web-broadcast” was a bare specifier, but was not remapped to anything.', 'Firefox'],
    ["Module name, 'amazon-ivs-web-broadcast' does not resolve to a valid URL.", 'Safari'],
  ])('fails as unsupported, with a hint, when it is not installed: %s (%s)', async (message) => {
    const load = async () => Promise.reject(new TypeError(message));
    const connecting = ivsTransport({ load }).connect('token', options);
    await expect(connecting).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('install'),
    });
  });

  it.each([
    ['Failed to fetch dynamically imported module: https://page.example/amazon-ivs-web-broadcast-BqVr.js', 'Chrome'],
    ['error loading dynamically imported module: https://page.example/amazon-ivs-web-broadcast-BqVr.js', 'Firefox'],
    ['Importing a module script failed.', 'Safari'],
    ['Loading chunk 17 failed.', 'webpack'],
  ])('fails as unreachable, so that it is tried again, when the network fails: %s (%s)', async (message) => {
    const cause = new TypeError(message);
    const connecting = ivsTransport({ load: async () => Promise.reject(cause) }).connect('token', options);
    await expect(connecting).rejects.toMatchObject({ name: 'TransportError', code: 'unreachable', cause });
  });

  it('fails as unsupported in a browser that it does not support', async () => {
    const { sdk, stages } = createFakeSdk({ isSupported: false });
    const connecting = ivsTransport({ load: async () => sdk }).connect('token', options);
    await expect(connecting).rejects.toMatchObject({ code: 'unsupported' });
    expect(stages).toEqual([]);
  });

  it('is given up when the signal is aborted, and no stage is made', async () => {
    const { sdk, stages } = createFakeSdk();
    const leaving = new AbortController();
    const loading = Promise.withResolvers<typeof sdk>();
    const connecting = ivsTransport({ load: () => loading.promise }).connect('token', {
      ...options,
      signal: leaving.signal,
    });
    leaving.abort();
    await expect(connecting).rejects.toMatchObject({ code: 'aborted' });
    loading.resolve(sdk);
    await turn();
    expect(stages).toEqual([]);
  });
});

describe('joining', () => {
  it('refuses a malformed token at once', async () => {
    const { sdk } = createFakeSdk();
    const options = { ...createRecordingListener(), subscribeTo: () => [], signal: new AbortController().signal };
    const connecting = ivsTransport({ load: async () => sdk }).connect('garbage', options);
    await expect(connecting).rejects.toMatchObject({ name: 'TransportError', code: 'token-malformed' });
  });

  it('tells no token in its errors, even if the SDK does', async () => {
    const { stage, connecting } = await startJoining();
    stage.joining.reject(stageClientError(stageErrorCodes.FAILED));
    const error = (await connecting.catch((each: unknown) => each)) as TransportError;
    expect(error).toMatchObject({ message: 'GET /events?token=(a token) failed', cause: { name: 'StageClientError' } });
    expect(inspectAll(error)).not.toContain(SECRET);
  });

  it.each([
    ['TOKEN_EXPIRED', 'token-expired'],
    ['TIMEOUT', 'unreachable'],
    ['FAILED', 'unreachable'],
    ['CANCELED', 'aborted'],
    ['STAGE_AT_CAPACITY', 'stage-full'],
    ['CODEC_MISMATCH', 'unsupported'],
    ['TOKEN_NOT_ALLOWED', 'token-not-allowed'],
    ['STAGE_DELETED', 'stage-deleted'],
    ['PARTICIPANT_DISCONNECTED', 'participant-disconnected'],
  ] as const)('that fails with %s is %s, and leaves nothing behind', async (name, code) => {
    const { stage, connecting, heard } = await startJoining();
    stage.emit('STAGE_CONNECTION_STATE_CHANGED', 'errored');
    stage.joining.reject(stageError(stageErrorCodes[name]));
    await expect(connecting).rejects.toMatchObject({ name: 'TransportError', code });
    expect(stage.calls).toEqual(['join', 'leave']);
    expect(heard).toEqual([]);
  });

  it('fails by an error event alone, too', async () => {
    const { stage, connecting } = await startJoining();
    stage.emit('ERROR', stageError(stageErrorCodes.STAGE_DELETED));
    await expect(connecting).rejects.toMatchObject({ code: 'stage-deleted' });
  });

  it('fails when the stage is left before it was joined', async () => {
    const { stage, connecting, heard } = await startJoining();
    stage.emit('STAGE_LEFT', 'participant-disconnected');
    await expect(connecting).rejects.toMatchObject({ code: 'participant-disconnected' });
    expect(heard).toEqual([]);
  });

  it('is given up when the signal is aborted, though the stage answers then', async () => {
    const { stage, connecting, heard, abort } = await startJoining();
    abort();
    await expect(connecting).rejects.toMatchObject({ code: 'aborted' });
    stage.joining.resolve();
    stage.emit('STAGE_PARTICIPANT_JOINED', participantInfo());
    expect(stage.calls).toEqual(['join', 'leave']);
    expect(heard).toEqual([]);
  });

  it('is not undone by an abort that comes later', async () => {
    const { stage, abort } = await joinStage();
    abort();
    expect(stage.calls).toEqual(['join']);
  });
});

describe('the others', () => {
  const ada = {
    id: 'ada-1',
    userId: 'ada',
    attributes: { role: 'host' },
    isPublishing: false,
    audioMuted: true,
    videoMuted: true,
  };

  it('come, change and go; oneself does not', async () => {
    const { stage, heard, self } = await joinStage();
    stage.emit('STAGE_PARTICIPANT_JOINED', self);
    stage.emit('STAGE_PARTICIPANT_JOINED', participantInfo({ attributes: { role: 'host', odd: 1 } }));
    stage.emit('STAGE_PARTICIPANT_PUBLISH_STATE_CHANGED', participantInfo({ isPublishing: true }), 'published');
    stage.emit('STAGE_PARTICIPANT_METADATA_CHANGED', participantInfo({ userId: 'countess' }));
    stage.emit('STAGE_PARTICIPANT_LEFT', self);
    stage.emit('STAGE_PARTICIPANT_LEFT', participantInfo());
    expect(heard).toEqual([
      ['participant', ada],
      ['participant', { ...ada, isPublishing: true }],
      ['participant', { ...ada, userId: 'countess' }],
      ['left', 'ada-1'],
    ]);
  });

  it('do not come back by what is told of them after they left', async () => {
    const { stage, heard } = await joinStage();
    const audio = new FakeStream(createTrack('audio'));
    stage.emit('STAGE_PARTICIPANT_STREAMS_ADDED', participantInfo(), [audio]);
    stage.emit('STAGE_PARTICIPANT_JOINED', participantInfo());
    stage.emit('STAGE_PARTICIPANT_LEFT', participantInfo());
    heard.splice(0);
    stage.emit('STAGE_PARTICIPANT_STREAMS_REMOVED', participantInfo(), [audio]);
    stage.emit('STAGE_PARTICIPANT_PUBLISH_STATE_CHANGED', participantInfo(), 'not_published');
    stage.emit('STAGE_PARTICIPANT_METADATA_CHANGED', participantInfo());
    stage.emit('STAGE_STREAM_MUTE_CHANGED', participantInfo(), audio);
    stage.emit('STAGE_PARTICIPANT_LEFT', participantInfo());
    expect(heard).toEqual([]);
    stage.emit('STAGE_PARTICIPANT_JOINED', participantInfo());
    expect(heard).toEqual([['participant', ada]]);
  });

  it('have tracks, which come and go one by one, and are muted as their streams say', async () => {
    const { stage, heard, self } = await joinStage();
    const [audio, video] = [new FakeStream(createTrack('audio')), new FakeStream(createTrack('video'))];
    const subtitles = { id: 's', streamType: 'subtitle', isMuted: false };
    stage.emit('STAGE_PARTICIPANT_STREAMS_ADDED', self, [audio]);
    stage.emit('STAGE_PARTICIPANT_STREAMS_ADDED', participantInfo(), [audio, subtitles]);
    stage.emit('STAGE_PARTICIPANT_STREAMS_ADDED', participantInfo(), [video]);
    video.isMuted = true;
    stage.emit('STAGE_STREAM_MUTE_CHANGED', participantInfo(), video);
    stage.emit('STAGE_PARTICIPANT_STREAMS_REMOVED', participantInfo(), [audio]);
    expect(heard.filter(([what]) => what === 'tracks')).toEqual([
      ['tracks', 'ada-1', ['audio']],
      ['tracks', 'ada-1', ['audio', 'video']],
      ['tracks', 'ada-1', ['video']],
    ]);
    const muted = heard.flatMap(([what, each]) => (what === 'participant' ? [each as TransportParticipant] : []));
    expect(muted.map(({ audioMuted, videoMuted }) => [audioMuted, videoMuted])).toEqual([
      [false, true],
      [false, false],
      [false, true],
      [true, true],
    ]);
  });

  it.each<[readonly MediaKind[], unknown]>([
    [[], 'none'],
    [['audio'], 'audio_only'],
    [['video'], ['video']],
    [['video', 'audio'], 'audio_video'],
  ])('of whom %j is wanted are subscribed to as %j', async (kinds, type) => {
    const { stage } = await joinStage(() => kinds);
    expect(stage.strategy.shouldSubscribeToParticipant(participantInfo())).toEqual(type);
  });

  it('are asked for again only when a change of theirs changes what is wanted', async () => {
    const { stage, connection } = await joinStage(({ attributes }) => (attributes.role === 'host' ? ['audio'] : []));
    const ask = (info: StageParticipantInfo) => stage.strategy.shouldSubscribeToParticipant(info);
    stage.emit('STAGE_PARTICIPANT_JOINED', participantInfo());
    ask(participantInfo());
    stage.emit('STAGE_PARTICIPANT_METADATA_CHANGED', participantInfo({ userId: 'countess' }));
    expect(stage.calls).toEqual(['join']);
    stage.emit('STAGE_PARTICIPANT_METADATA_CHANGED', participantInfo({ attributes: {} }));
    expect(stage.calls).toEqual(['join', 'refreshStrategy']);
    expect(ask(participantInfo({ attributes: {} }))).toBe('none');
    connection.refreshSubscriptions();
    expect(stage.calls).toHaveLength(3);
  });

  it('whose subscription timed out are asked for again, and not after other errors', async () => {
    const { stage, heard } = await joinStage();
    stage.emit('ERROR', stageError(stageErrorCodes.STAGE_AT_CAPACITY, 'SUBSCRIBE_ERROR'));
    stage.emit('ERROR', stageError(stageErrorCodes.CANCELED, 'SUBSCRIBE_ERROR'));
    expect(stage.calls).toEqual(['join']);
    stage.emit('ERROR', stageError(stageErrorCodes.TIMEOUT, 'SUBSCRIBE_ERROR'));
    expect(stage.calls).toEqual(['join', 'refreshStrategy']);
    expect(heard).toEqual([]);
  });
});

describe('publishing', () => {
  const [audio, video] = [createTrack('audio'), createTrack('video')];

  it('resolves when the stage takes the media, and not before', async () => {
    const { connection, stage, publishState, self } = await joinStage();
    expect(stage.strategy.shouldPublishParticipant(self)).toBe(false);
    let isPublished = false;
    const publishing = connection.publish([audio, video]).then(() => {
      isPublished = true;
    });
    expect(stage.calls).toEqual(['join', 'refreshStrategy']);
    expect(stage.strategy.shouldPublishParticipant(self)).toBe(true);
    expect(stage.strategy.stageStreamsToPublish().map(({ mediaStreamTrack }) => mediaStreamTrack)).toEqual([
      audio,
      video,
    ]);
    publishState('attempting_publish');
    await turn();
    expect(isPublished).toBe(false);
    publishState('published');
    await publishing;
  });

  it('of another device keeps the streams of the other tracks, and is done at once', async () => {
    const { connection, stage, publishState } = await joinStage();
    const publishing = connection.publish([audio, video]);
    publishState('published');
    await publishing;
    const [before] = stage.strategy.stageStreamsToPublish();
    await connection.publish([audio, createTrack('video', 'camera-2')]);
    const [microphone, camera] = stage.strategy.stageStreamsToPublish();
    expect(microphone).toBe(before);
    expect(camera?.id).toBe('camera-2');
  });

  it.each([
    ['STAGE_AT_CAPACITY', 'stage-full'],
    ['TOKEN_NOT_ALLOWED', 'token-not-allowed'],
    ['CODEC_MISMATCH', 'unsupported'],
  ] as const)('that fails with %s rejects as %s once, and is not tried any more', async (name, code) => {
    const { connection, stage, publishState, self, heard } = await joinStage();
    const publishing = connection.publish([video]);
    publishState('errored');
    stage.emit('ERROR', stageError(stageErrorCodes[name], 'PUBLISH_ERROR'));
    await expect(publishing).rejects.toMatchObject({ code });
    await turn();
    expect(stage.strategy.shouldPublishParticipant(self)).toBe(false);
    expect(heard).toEqual([]);
  });

  it('that fails without a reason is unreachable', async () => {
    const { connection, publishState } = await joinStage();
    const publishing = connection.publish([video]);
    publishState('errored');
    await expect(publishing).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('that fails later is told once', async () => {
    const { connection, stage, publishState, heard } = await joinStage();
    const publishing = connection.publish([video]);
    publishState('published');
    await publishing;
    stage.emit('ERROR', stageError(stageErrorCodes.CANCELED, 'PUBLISH_ERROR'));
    stage.emit('ERROR', stageError(stageErrorCodes.TIMEOUT, 'PUBLISH_ERROR'));
    publishState('errored');
    await turn();
    expect(heard).toEqual([['publish-failed', 'unreachable']]);
  });

  it('that the SDK does not even begin is given up', async () => {
    jest.useFakeTimers();
    try {
      const joining = joinStage();
      await jest.advanceTimersByTimeAsync(1);
      const { connection } = await joining;
      const publishing = connection.publish([video]);
      publishing.catch(() => {});
      await jest.advanceTimersByTimeAsync(45_000);
      await expect(publishing).rejects.toMatchObject({ code: 'unreachable' });
    } finally {
      jest.useRealTimers();
    }
  });

  it('stops with no tracks, and ends what was about to be published', async () => {
    const { connection, stage, self, publishState } = await joinStage();
    const publishing = connection.publish([video]);
    await connection.publish([]);
    await expect(publishing).rejects.toMatchObject({ code: 'aborted' });
    publishState('not_published');
    expect(stage.strategy.shouldPublishParticipant(self)).toBe(false);
    expect(video.readyState).toBe('live');
  });

  it('mutes the streams, those of muted tracks from the start', async () => {
    const { connection, stage, publishState } = await joinStage();
    const muted = createTrack('audio');
    muted.enabled = false;
    const publishing = connection.publish([muted, createTrack('video')]);
    publishState('published');
    await publishing;
    const mutes = () => stage.strategy.stageStreamsToPublish().map(({ isMuted }) => isMuted);
    expect(mutes()).toEqual([true, false]);
    connection.setMuted('audio', false);
    connection.setMuted('video', true);
    expect(mutes()).toEqual([false, true]);
    expect(muted.enabled).toBe(true);
  });
});

describe('a lost connection', () => {
  it('is told once, as is its return', async () => {
    const { stage, heard } = await joinStage();
    for (const state of ['disconnected', 'connecting', 'connecting', 'connected', 'connected']) {
      stage.emit('STAGE_CONNECTION_STATE_CHANGED', state);
    }
    expect(heard).toEqual([['interrupted'], ['resumed']]);
  });

  it('ends when the SDK gives up', async () => {
    const { stage, heard } = await joinStage();
    stage.emit('STAGE_CONNECTION_STATE_CHANGED', 'connecting');
    stage.emit('STAGE_CONNECTION_STATE_CHANGED', 'errored');
    stage.emit('ERROR', stageError(stageErrorCodes.TIMEOUT));
    expect(heard).toEqual([['interrupted'], ['ended', 'connection-lost']]);
    expect(stage.calls).toEqual(['join', 'leave']);
  });

  it.each([
    ['TOKEN_EXPIRED', 'connection-lost'],
    ['FAILED', 'connection-lost'],
    ['STAGE_DELETED', 'stage-deleted'],
    ['PARTICIPANT_DISCONNECTED', 'participant-disconnected'],
  ] as const)('with the error %s ends as %s', async (name, reason) => {
    const { stage, heard } = await joinStage();
    stage.emit('ERROR', stageError(stageErrorCodes[name]));
    expect(heard).toEqual([['ended', reason]]);
  });
});

describe('the end', () => {
  it.each([
    ['token-reused', 'token-reused'],
    ['participant-disconnected', 'participant-disconnected'],
    ['stage-deleted', 'stage-deleted'],
    ['failed-exchange', 'exchange-refused'],
    ['unknown', 'connection-lost'],
    ['user-initiated', 'connection-lost'],
    ['real-time-connection-forced-leave', 'connection-lost'],
    ['a reason to come', 'connection-lost'],
  ])('by %s is told as %s, and nothing after it', async (reason, told) => {
    const { stage, heard } = await joinStage();
    stage.emit('STAGE_LEFT', reason);
    stage.emit('STAGE_LEFT', reason);
    stage.emit('STAGE_CONNECTION_STATE_CHANGED', 'connecting');
    stage.emit('STAGE_PARTICIPANT_JOINED', participantInfo());
    expect(heard).toEqual([['ended', told]]);
  });

  it('of our own is not told, stops what was received, and not what was published', async () => {
    const { connection, stage, heard } = await joinStage();
    const [received, own] = [createTrack('video'), createTrack('video', 'own')];
    stage.emit('STAGE_PARTICIPANT_STREAMS_ADDED', participantInfo(), [new FakeStream(received)]);
    const publishing = connection.publish([own]);
    publishing.catch(() => {});
    heard.splice(0);
    connection.leave();
    connection.leave();
    connection.refreshSubscriptions();
    await expect(publishing).rejects.toMatchObject({ code: 'aborted' });
    await expect(connection.publish([own])).rejects.toMatchObject({ name: 'TransportError', code: 'aborted' });
    expect(stage.calls).toEqual(['join', 'refreshStrategy', 'leave']);
    expect([received.readyState, own.readyState]).toEqual(['ended', 'live']);
    expect(heard).toEqual([]);
  });
});

describe('an exchange', () => {
  it('hands the token to the stage', async () => {
    const { connection, stage } = await joinStage();
    await connection.exchange('next');
    expect(stage.calls).toEqual(['join', 'exchangeToken next']);
  });

  it('that fails by an error with numbers of its own is not taken for what they mean elsewhere', async () => {
    const { connection, stage, heard } = await joinStage();
    stage.exchangeError = stageClientError(stageErrorCodes.STAGE_DELETED);
    await expect(connection.exchange('next')).rejects.toMatchObject({ name: 'TransportError', code: 'unreachable' });
    expect(heard).toEqual([]);
  });

  it.each(['TOKEN_EXCHANGE_REQUEST_INVALID', 'TOKEN_EXCHANGE_FAILED'] as const)(
    'that fails with %s rejects, and ends the stay only if the stage was left',
    async (name) => {
      const { connection, stage, heard } = await joinStage();
      stage.exchangeError = stageClientError(1000);
      const exchanging = connection.exchange('next');
      stage.emit('ERROR', stageError(stageErrorCodes[name]));
      const error = await exchanging.catch((each: unknown) => each);
      expect(error).toBeInstanceOf(TransportError);
      expect(error).toMatchObject({ code: 'exchange-refused' });
      expect(inspectAll(error)).not.toContain(SECRET);
      expect(heard).toEqual([]);
      stage.emit('STAGE_LEFT', 'failed-exchange');
      expect(heard).toEqual([['ended', 'exchange-refused']]);
    },
  );
});
