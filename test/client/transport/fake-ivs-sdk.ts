import type * as Sdk from 'amazon-ivs-web-broadcast';
import type { IvsSdk, SdkStage } from '../../../client/transport/ivs/ivs-sdk.ts';

/** The values of an enum of the SDK, which cannot be loaded here: a change of them does not compile. */
type ValuesOf<Enum> = { readonly [Key in keyof Enum]: `${Enum[Key] & string}` };

const stageEvents: ValuesOf<typeof Sdk.StageEvents> = {
  STAGE_CONNECTION_STATE_CHANGED: 'stageConnectionStateChanged',
  STAGE_PARTICIPANT_JOINED: 'stageParticipantJoined',
  STAGE_PARTICIPANT_LEFT: 'stageParticipantLeft',
  STAGE_PARTICIPANT_STREAMS_ADDED: 'stageParticipantStreamsAdded',
  STAGE_PARTICIPANT_STREAMS_REMOVED: 'stageParticipantStreamsRemoved',
  STAGE_STREAM_MUTE_CHANGED: 'stageStreamMuteChanged',
  STAGE_STREAM_SEI_MESSAGE_RECEIVED: 'stageStreamSeiMessageReceived',
  STAGE_STREAM_LAYERS_CHANGED: 'stageStreamLayersChanged',
  STAGE_STREAM_LAYER_SELECTED: 'stageStreamLayerSelected',
  STAGE_STREAM_ADAPTION_CHANGED: 'stageStreamAdaptionChanged',
  STAGE_PARTICIPANT_SUBSCRIBE_STATE_CHANGED: 'stageParticipantSubscribeStateChanged',
  STAGE_PARTICIPANT_PUBLISH_STATE_CHANGED: 'stageParticipantPublishStateChanged',
  STAGE_SUBSCRIBER_COUNT_CHANGED: 'stageSubscriberCountChanged',
  ERROR: 'error',
  STAGE_LEFT: 'stageLeft',
  STAGE_PARTICIPANT_METADATA_CHANGED: 'stageParticipantMetadataChanged',
  STAGE_PARTICIPANT_SUBTITLE_CUE_RECEIVED: 'stageParticipantSubtitleCueReceived',
};
const connectionStates: ValuesOf<typeof Sdk.StageConnectionState> = {
  DISCONNECTED: 'disconnected',
  CONNECTING: 'connecting',
  CONNECTED: 'connected',
  ERRORED: 'errored',
};
const publishStates: ValuesOf<typeof Sdk.StageParticipantPublishState> = {
  NOT_PUBLISHED: 'not_published',
  ATTEMPTING_PUBLISH: 'attempting_publish',
  PUBLISHED: 'published',
  ERRORED: 'errored',
};
const errorCategories: ValuesOf<typeof Sdk.StageErrorCategory> = {
  JOIN_ERROR: 'JOIN_ERROR',
  PUBLISH_ERROR: 'PUBLISH_ERROR',
  SUBSCRIBE_ERROR: 'SUBSCRIBE_ERROR',
};
const subscribeTypes: ValuesOf<typeof Sdk.SubscribeType> = {
  NONE: 'none',
  AUDIO_ONLY: 'audio_only',
  AUDIO_VIDEO: 'audio_video',
};
const subscribeStreamTypes: ValuesOf<typeof Sdk.StageSubscribeStreamType> = {
  AUDIO: 'audio',
  VIDEO: 'video',
  SUBTITLES: 'subtitles',
};
export const stageErrorCodes: { readonly [Key in keyof typeof Sdk.StageErrorCode]: (typeof Sdk.StageErrorCode)[Key] } =
  {
    TOKEN_MALFORMED: 1,
    TOKEN_EXPIRED: 2,
    TIMEOUT: 3,
    FAILED: 4,
    CANCELED: 5,
    STAGE_AT_CAPACITY: 6,
    CODEC_MISMATCH: 7,
    TOKEN_NOT_ALLOWED: 8,
    STAGE_DELETED: 9,
    PARTICIPANT_DISCONNECTED: 10,
    TOKEN_EXCHANGE_REQUEST_INVALID: 11,
    TOKEN_EXCHANGE_FAILED: 12,
  };

export function stageError(code: number, category: keyof typeof errorCategories = 'JOIN_ERROR'): Error {
  return Object.assign(new Error(`[${category}] for the test`), { name: 'StageError', code, category });
}

export const SECRET = 'eyJhbGciOiJFUzM4NCJ9.eyJqdGkiOiJhIn0.c2lnbmF0dXJl';

/** What else the SDK throws: numbered otherwise, and with the token. */
export function stageClientError(code: number): Error {
  const error = new Error(`GET /events?token=${SECRET} failed`);
  return Object.assign(error, { name: 'StageClientError', code, token: { rawToken: SECRET } });
}

type Info = { -readonly [Key in keyof Sdk.StageParticipantInfo]: Sdk.StageParticipantInfo[Key] };

export function participantInfo(changes: Partial<Info> = {}): Info {
  return {
    id: 'ada-1',
    userId: 'ada',
    attributes: { role: 'host' },
    capabilities: new Set(),
    isLocal: false,
    userInfo: {},
    videoStopped: true,
    audioMuted: true,
    isPublishing: false,
    ...changes,
  };
}

export class FakeStream {
  readonly mediaStreamTrack: MediaStreamTrack;
  isMuted = false;

  constructor(track: MediaStreamTrack) {
    this.mediaStreamTrack = track;
  }

  get id(): string {
    return this.mediaStreamTrack.id;
  }

  get streamType(): string {
    return this.mediaStreamTrack.kind;
  }

  setMuted = (muted: boolean) => {
    this.isMuted = muted;
    this.mediaStreamTrack.enabled = !muted;
  };
}

/** A stage whose service is the test. */
export class FakeStage {
  readonly token: string;
  readonly strategy: Sdk.StageStrategy;
  readonly joining = Promise.withResolvers<void>();
  readonly calls: string[] = [];
  /** What `exchangeToken` rejects with. */
  exchangeError: Error | undefined;
  readonly #listeners = new Map<string, ((...details: unknown[]) => void)[]>();

  constructor(token: string, strategy: Sdk.StageStrategy) {
    if (token === 'garbage') throw stageError(stageErrorCodes.TOKEN_MALFORMED);
    this.token = token;
    this.strategy = strategy;
  }

  on(event: string, hear: (...details: never[]) => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), hear as (...details: unknown[]) => void]);
  }

  emit(event: keyof typeof stageEvents, ...details: unknown[]): void {
    for (const hear of this.#listeners.get(stageEvents[event]) ?? []) hear(...details);
  }

  join(): Promise<void> {
    this.calls.push('join');
    return this.joining.promise;
  }

  leave(): void {
    this.calls.push('leave');
    // As the SDK does while it leaves.
    this.emit('STAGE_CONNECTION_STATE_CHANGED', 'disconnected');
    this.emit('STAGE_LEFT', 'user-initiated');
  }

  refreshStrategy(): void {
    this.calls.push('refreshStrategy');
  }

  async exchangeToken(token: string): Promise<void> {
    this.calls.push(`exchangeToken ${token}`);
    if (this.exchangeError) throw this.exchangeError;
  }
}

/** The stages that were made are in `stages`. */
export function createFakeSdk({ isSupported = true } = {}) {
  const stages: FakeStage[] = [];
  class Stage extends FakeStage {
    constructor(token: string, strategy: Sdk.StageStrategy) {
      super(token, strategy);
      stages.push(this);
    }
  }
  const sdk = {
    Stage: Stage as unknown as new (token: string, strategy: Sdk.StageStrategy) => SdkStage,
    LocalStageStream: FakeStream as unknown as IvsSdk['LocalStageStream'],
    isSupported: () => isSupported,
    StageConnectionState: connectionStates,
    StageErrorCategory: errorCategories,
    StageErrorCode: stageErrorCodes,
    StageEvents: stageEvents,
    StageParticipantPublishState: publishStates,
    StageSubscribeStreamType: subscribeStreamTypes,
    SubscribeType: subscribeTypes,
  };
  return { sdk: sdk as unknown as IvsSdk, stages };
}
