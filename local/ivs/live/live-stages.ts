/** What a media plane, or a test that needs no media, asks and tells about who is on which stage. */
export interface LiveStages {
  /** Checks signature, form, expiry and stage. The expiry matters here only: nobody is put out when a token expires. */
  verify(token: string): Admission | Refusal;
  /** One live connection a token: the earlier one is ended with `token-reused`. Starts a stage session when none is active. */
  join(admission: Admission, connection: Connection): Presence | Refusal;
}

/** What a valid token grants. */
export interface Admission {
  readonly participantId: string;
  readonly stageArn: string;
  /** Empty if the token names no user. */
  readonly userId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly canPublish: boolean;
  readonly canSubscribe: boolean;
  readonly expiresAt: Date;
  /** Only key-pair tokens can be exchanged. Default `ivs-api`. */
  readonly issuedBy?: 'ivs-api' | 'key-pair';
}

export type RefusalCode =
  | 'TOKEN_MALFORMED'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_NOT_ALLOWED'
  | 'STAGE_DELETED'
  | 'PARTICIPANT_DISCONNECTED'
  | 'STAGE_AT_CAPACITY'
  | 'NOT_JOINED';

/** The codes are those of the broadcast SDK's StageErrorCode, but for NOT_JOINED: the presence, or the publisher, is gone. */
export interface Refusal {
  readonly status: 401 | 403 | 404 | 409 | 410;
  readonly code: RefusalCode;
  readonly message: string;
}

export type LeftReason =
  | 'token-reused'
  | 'participant-disconnected'
  | 'stage-deleted'
  | 'user-initiated'
  | 'connection-lost';

export interface Connection {
  /** Called once at most, when a second join, DisconnectParticipant or DeleteStage ends the presence. */
  end(reason: LeftReason): void;
}

export type Capability = 'publish' | 'subscribe';

export interface PresentParticipant extends MutedState {
  readonly participantId: string;
  readonly userId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly publishing: boolean;
  readonly capabilities: readonly Capability[];
}

/** What a participant says of itself, as the broadcast SDKs do; it is for show. Neither is muted until told. */
export interface MutedState {
  readonly audioMuted: boolean;
  readonly videoMuted: boolean;
}

/** One participant's stay on a stage, from its join until it leaves or is ended. */
export interface Presence {
  readonly participantId: string;
  /** Who is on the stage right now, this participant included. */
  readonly participants: readonly PresentParticipant[];
  /** At most 12 participants of a stage publish at once. Default protocol `UNKNOWN`, which the broadcast SDKs show as. */
  publish(protocol?: 'WHIP' | 'UNKNOWN'): Refusal | undefined;
  unpublish(): void;
  subscribe(publisherId: string): Refusal | undefined;
  unsubscribe(publisherId: string): void;
  /** Tells everybody on the stage, if it is a change. Holds for the rest of the stay. */
  setMuted(muted: MutedState): void;
  /** Takes another key-pair token of the same participant. A token without the right to publish unpublishes. */
  exchange(token: string): Admission | Refusal;
  /** Does nothing once the presence has ended. */
  leave(reason: LeftReason): void;
  /** Tells what happens on the stage, this participant's own doings included. Answers the function that stops it. */
  onNews(listener: (news: StageNews) => void): () => void;
}

export interface StageNews extends MutedState {
  readonly type: 'joined' | 'left' | 'published' | 'unpublished' | 'muted' | 'metadata-changed';
  readonly participantId: string;
  readonly userId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly capabilities: readonly Capability[];
  /** With `left` only. */
  readonly reason?: LeftReason;
}

export function isRefusal(value: object): value is Refusal {
  return 'status' in value && 'code' in value;
}
