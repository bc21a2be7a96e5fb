import type { Capability, Role, UserId } from '../../contract/stages.ts';
import type { LocalMedia } from '../media/local-media.ts';
import type { MediaKind } from '../transport/transport.ts';

/** A stay on a stage, from the first try to join until it is left for good. `joinStage` makes one. */
export interface StageSession {
  readonly ownerId: UserId;
  readonly state: SessionState;
  /** What the caller is on the stage, as last heard of the server; null before the first token, and without any right. */
  readonly role: Role | null;
  /** What the present token allows, sorted. */
  readonly capabilities: readonly Capability[];
  /** The others on the stage, in the order of their coming. A new array whenever something of it changes. */
  readonly participants: readonly StageParticipant[];
  /** What is published, or will be as soon as the session is live and may. */
  readonly published: LocalMedia | null;
  /** Answers how not to listen any more. Listeners are let go when the session ends. */
  on<Event extends keyof SessionEvents>(event: Event, listener: SessionEvents[Event]): () => void;
  /**
   * Publishes camera and microphone, instead of what was published before, and again after each reconnect. The session owns the
   * media from here on: it stops it at `unpublish`, at `leave`, when it fails, and when the right to publish ends. A kind that
   * the capabilities do not allow, or not any more, is stopped: nobody else can turn a camera on. Should the right come, `useDevice`
   * opens it again. Resolves when the stage takes it.
   *
   * @throws SessionError `not-allowed` without a capability to publish any of it, `not-live` in `left` and `failed`,
   *   `publish-failed`; the media is stopped then
   */
  publish(media: LocalMedia): Promise<void>;
  /** Stops publishing, and the media. */
  unpublish(): Promise<void>;
  /** Mutes or unmutes what is published, and tells the others. */
  setMuted(kind: MediaKind, muted: boolean): void;
  /**
   * Shares the screen as a participant of its own with a token of its own, until `leave` of what it resolves with, the browser's
   * own button, or the end of this session. Call it when `capabilities` are known, in answer to a click: it waits for the first
   * token, and browsers forget a click after some seconds.
   *
   * @throws MediaError when no screen was chosen, SessionError `not-allowed` without PUBLISH_VIDEO, `not-live`
   */
  shareScreen(): Promise<StageSession>;
  /**
   * Asks for these capabilities only, now and in later tokens, as far as the role allows. Exchanges the token; where that is not
   * possible (`issuedBy: "ivs-api"`) joins anew; without a connection joins with them next. Calls wait for each other.
   *
   * @throws ApiError, TransportError, SessionError `not-live`; what was allowed before goes on
   */
  setCapabilities(capabilities: readonly Capability[]): Promise<void>;
  /** Leaves for good and frees every track, timer, request and listener. May be called at any time, also twice. */
  leave(): Promise<void>;
}

/**
 * `idle` → `joining` → `live` ⇄ `reconnecting`, and from each of them `left` (by `leave`) or `failed` (by anything else), which
 * are final. `attempt` counts from 1; `lastError` is why the attempt before did not work.
 */
export type SessionState =
  | { readonly name: 'idle' }
  | { readonly name: 'joining'; readonly attempt: number; readonly lastError?: Error }
  | { readonly name: 'live' }
  | { readonly name: 'reconnecting'; readonly attempt: number; readonly lastError?: Error }
  | { readonly name: 'left' }
  | { readonly name: 'failed'; readonly reason: FailureReason; readonly error?: Error };

/**
 * - `banned`: kept off this stage.
 * - `kicked`: put out by the owner or a moderator; joining anew is possible.
 * - `rights-ended`: put out because an invitation ended or the stage was made private; joining anew may be possible with less.
 * - `not-allowed`: no right on the stage, or no such stage.
 * - `stage-inactive`: the stage is not there, and only its owner can bring it back.
 * - `stage-full`: as many are on the stage as IVS allows.
 * - `replaced`: another connection took this participant's token.
 * - `signed-out`: the token provider has no valid access token.
 * - `unreachable`: API or stage did not answer for `giveUpAfterMs`.
 * - `unsupported`: this browser cannot join stages.
 * - `internal`: anything else; `error` has the cause.
 */
export type FailureReason =
  | 'banned'
  | 'kicked'
  | 'rights-ended'
  | 'not-allowed'
  | 'stage-inactive'
  | 'stage-full'
  | 'replaced'
  | 'signed-out'
  | 'unreachable'
  | 'unsupported'
  | 'internal';

/** Somebody else on the stage. */
export interface StageParticipant {
  readonly participantId: string;
  readonly userId: UserId;
  /** As its owner chose it: escape it, and do not take it for an identity. Empty if the token was not made by Stagedoor. */
  readonly name: string;
  readonly role: Role | null;
  /** As signed in their token; empty if it was not made by Stagedoor, and then none of their tracks is received. */
  readonly capabilities: readonly Capability[];
  readonly isPublishing: boolean;
  readonly audioMuted: boolean;
  readonly videoMuted: boolean;
  /** Received now, and granted to its publisher. */
  readonly audio: MediaStreamTrack | null;
  readonly video: MediaStreamTrack | null;
}

export interface SessionEvents {
  readonly state: (state: SessionState) => void;
  readonly participants: (participants: readonly StageParticipant[]) => void;
  /** Role or capabilities changed, in a token or by an exchange. */
  readonly rights: (rights: { readonly role: Role | null; readonly capabilities: readonly Capability[] }) => void;
  /**
   * `published` changed. `reason` tells why it ended, if nobody here asked for it; `stage-full`: the place on the stage was lost
   * in a reconnect, and the stage takes no more publishers.
   */
  readonly published: (media: LocalMedia | null, reason?: 'rights-ended' | 'stage-full' | 'stopped' | 'failed') => void;
  /** Something did not work that the session goes on without, such as an exchange. For logs. */
  readonly trouble: (error: Error) => void;
}

export class SessionError extends Error {
  override readonly name = 'SessionError';
  readonly code: 'not-allowed' | 'not-live' | 'publish-failed';

  constructor(code: SessionError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
