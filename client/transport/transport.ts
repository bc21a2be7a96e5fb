/** Where a session's media comes from and goes to. Two adapters: IVS's own SDK, and WHIP and WHEP of the emulator. */
export interface Transport {
  /**
   * Joins the stage that the token names. Subscriptions begin at once; nothing is published until `publish`.
   *
   * @throws TransportError when the stage could not be joined, or the signal was aborted before it was
   */
  connect(token: string, options: ConnectOptions): Promise<Connection>;
}

export interface ConnectOptions {
  /** Told only of this connection, and of nothing any more after `leave` or `onEnded`. */
  readonly listener: ConnectionListener;
  /** Which media of a participant to receive; asked again when the participant changes and at `refreshSubscriptions`. */
  readonly subscribeTo: (participant: TransportParticipant) => readonly MediaKind[];
  /** Aborted: the attempt to join is given up and nothing of it stays behind. */
  readonly signal: AbortSignal;
}

/** A stay on a stage. One token has one connection at most: a second one ends the first. */
export interface Connection {
  /**
   * Publishes these tracks (one of a kind at most) instead of those of before; none: stops. Tracks stay the caller's: they are
   * never stopped here. Resolves when the stage takes the media.
   * May be called while an earlier call is pending: the last one counts.
   *
   * @throws TransportError
   */
  publish(tracks: readonly MediaStreamTrack[]): Promise<void>;
  /** Tells the others, beside silencing or blackening the published track. */
  setMuted(kind: MediaKind, muted: boolean): void;
  /** Asks `subscribeTo` again for everybody. */
  refreshSubscriptions(): void;
  /**
   * Takes another token of the same participant, without leaving. What it does not allow any more ends.
   *
   * @throws TransportError; the connection then ends with `exchange-refused`, if it was the stage that refused
   */
  exchange(token: string): Promise<void>;
  /** Leaves, and frees every connection and received track. May be called twice. */
  leave(): void;
}

/** All of it may be called in any order at any time until the connection has ended. */
export interface ConnectionListener {
  /** Joined or changed; oneself is not told of. */
  onParticipant(participant: TransportParticipant): void;
  onParticipantLeft(participantId: string): void;
  /** The tracks that are received of a participant now, instead of those of before; none: nothing any more. */
  onTracks(participantId: string, tracks: readonly MediaStreamTrack[]): void;
  /** The connection is lost and the transport tries to get it back by itself. */
  onInterrupted(): void;
  /** It is back. */
  onResumed(): void;
  /** What was published is not any more, and not because of a call of ours; the stay goes on. */
  onPublishFailed(error: TransportError): void;
  /** The last call. */
  onEnded(reason: EndReason): void;
}

export type MediaKind = 'audio' | 'video';

export interface TransportParticipant {
  readonly id: string;
  /** Empty if the token named none. */
  readonly userId: string;
  /** Of the token, signed by its issuer. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly isPublishing: boolean;
  readonly audioMuted: boolean;
  readonly videoMuted: boolean;
}

/**
 * `token-reused`: another connection took the token. `participant-disconnected`: put out by DisconnectParticipant, the token is of
 * no use any more. `connection-lost`: the transport gave up getting it back.
 */
export type EndReason =
  | 'token-reused'
  | 'participant-disconnected'
  | 'stage-deleted'
  | 'exchange-refused'
  | 'connection-lost';

export type TransportErrorCode =
  | 'token-malformed'
  | 'token-expired'
  | 'token-not-allowed'
  | 'participant-disconnected'
  | 'stage-deleted'
  | 'stage-full'
  | 'exchange-refused'
  | 'unreachable'
  | 'unsupported'
  | 'aborted';

/** Why joining, publishing or an exchange failed. `unreachable`: may work later. `unsupported`: not in this browser. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
