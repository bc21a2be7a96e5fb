/** What crosses the wire of Stagedoor's HTTP API (v1): requests and answers, types only. */

/** Opaque id of a user: the `sub` claim of a Cognito token, 1 to 117 characters of `A-Z a-z 0-9 - _`. */
export type UserId = string;

/** A moment as ISO 8601 in UTC with milliseconds, for example `2026-01-01T00:00:00.000Z`. */
export type Timestamp = string;

/**
 * What a participant may do on a stage. IVS itself knows only PUBLISH and SUBSCRIBE: any `PUBLISH_*` grants PUBLISH, and
 * the exact list travels in the token's signed attributes, so that subscribers refuse tracks that were not granted.
 */
export type Capability = 'PUBLISH_AUDIO' | 'PUBLISH_VIDEO' | 'SUBSCRIBE_AUDIO' | 'SUBSCRIBE_VIDEO';

/** What a caller is on one stage, decided by the server. */
export type Role = 'host' | 'guest' | 'moderator' | 'viewer';

/** `public`: every signed-in user may view. `invited`: guests and moderators only; to others the stage does not exist. */
export type Visibility = 'public' | 'invited';

/**
 * `active`: the IVS stage exists. `provisioning`: it is being made, or waits in the queue. `inactive`: it was removed as
 * stale or never made; the owner's `PUT /me/stage` brings it back.
 */
export type StageStatus = 'active' | 'inactive' | 'provisioning';

/** The caller's own stage, as `GET`, `PUT` and `PATCH /me/stage` answer it. */
export interface UserStage {
  readonly ownerId: UserId;
  readonly displayName: string;
  /** ARN of the IVS stage; only while `status` is `active`. */
  readonly arn?: string;
  /** Name of the IVS stage, `user-<ownerId>-stage`; only while `status` is `active`. */
  readonly name?: string;
  readonly status: StageStatus;
  /** True while at least one participant is publishing. */
  readonly live: boolean;
  readonly liveSince: Timestamp | null;
  readonly publisherCount: number;
  readonly visibility: Visibility;
  /** When the IVS stage was made; only while `status` is `active`. */
  readonly createdAt?: Timestamp;
  /**
   * The host's first token by user id, only in the answer of the `PUT` that made the stage (CreateStage hands it out);
   * empty everywhere else. Not exchangeable.
   */
  readonly participantTokens: Readonly<Record<UserId, ParticipantToken>>;
}

/** A stage as somebody else sees it, with the caller's own role on it. */
export interface StageSummary {
  readonly ownerId: UserId;
  readonly displayName: string;
  readonly status: StageStatus;
  readonly live: boolean;
  readonly liveSince: Timestamp | null;
  readonly publisherCount: number;
  readonly visibility: Visibility;
  /** Null when the caller has no right on the stage (banned). */
  readonly role: Role | null;
  /** The most that the caller can ask a token for, sorted. */
  readonly capabilities: readonly Capability[];
}

/** A page of public stages that are live, newest first, as `GET /stages?live=true` answers it. */
export interface LiveStagesPage {
  readonly stages: readonly StageSummary[];
  /** Ask with it for the page that follows; absent on the last one. Opaque. */
  readonly cursor?: string;
}

/** A token with which one participant joins one stage once. A secret: it is never logged or stored by the server. */
export interface ParticipantToken {
  readonly token: string;
  readonly participantId: string;
  readonly userId: UserId;
  readonly stageArn: string;
  readonly role: Role;
  /** Sorted. */
  readonly capabilities: readonly Capability[];
  /** Last moment at which the token can be used to join; a joined participant stays on. */
  readonly expiresAt: Timestamp;
  /** `key-pair`: signed by this deployment, exchangeable. `ivs-api`: made by CreateParticipantToken, not exchangeable. */
  readonly issuedBy: 'key-pair' | 'ivs-api';
}

/** Body of `PATCH /me/stage`. */
export interface ChangeStageRequest {
  readonly visibility?: Visibility | undefined;
}

/** Body of `POST /stages/{ownerId}/tokens`. */
export interface IssueTokenRequest {
  /** 1 to 4 different capabilities. Left out: all that the role allows. */
  readonly capabilities?: readonly Capability[] | undefined;
  /** 1 to 20160; cut down to the life that the role allows. Left out: that life. */
  readonly durationMinutes?: number | undefined;
}

/** Body of `POST /stages/{ownerId}/tokens/exchange`. */
export interface ExchangeTokenRequest {
  /** A key-pair token of the caller's for this stage, not expired. The new one is for the same participant. */
  readonly token: string;
  /** 1 to 4 different capabilities that the caller's role allows now. Left out: what the token had, less what the role lost. */
  readonly capabilities?: readonly Capability[] | undefined;
}

/** Who is or was on a stage in its present session. */
export interface Participant {
  readonly participantId: string;
  readonly userId: UserId;
  readonly state: 'connected' | 'disconnected';
  readonly publishing: boolean;
  readonly firstJoinedAt: Timestamp | null;
}

/** Answer of `GET /stages/{ownerId}/participants`: as IVS told within the last 3 seconds. */
export interface ParticipantsPage {
  readonly participants: readonly Participant[];
  /** Present when there are more: hand it back as `cursor`. */
  readonly cursor?: string;
}

/** Somebody whom the owner invited to publish. */
export interface Guest {
  readonly userId: UserId;
  /** Sorted; at least one. */
  readonly capabilities: readonly Capability[];
  /** When the invitation ends by itself. Absent: it does not. */
  readonly expiresAt?: Timestamp;
}

/** Answer of `GET /me/stage/guests`. */
export interface GuestsPage {
  readonly guests: readonly Guest[];
  readonly cursor?: string;
}

/** Body of `PUT /me/stage/guests/{userId}`. */
export interface InviteRequest {
  /** 1 to 4 different capabilities. Left out: all four. */
  readonly capabilities?: readonly Capability[] | undefined;
  /** At least a minute ahead. Left out: the invitation does not end. */
  readonly expiresAt?: Timestamp | undefined;
}

/** Somebody whom the owner or a moderator keeps off a stage. */
export interface Ban {
  readonly userId: UserId;
  /** When the ban ends by itself. Absent: it does not. */
  readonly expiresAt?: Timestamp;
}

/** Answer of `GET /stages/{ownerId}/bans`. */
export interface BansPage {
  readonly bans: readonly Ban[];
  readonly cursor?: string;
}

/** Body of `PUT /stages/{ownerId}/bans/{userId}`. */
export interface BanRequest {
  /** In the future. Left out: the ban does not end. */
  readonly expiresAt?: Timestamp | undefined;
}

export type IngestProtocol = 'RTMPS' | 'RTMP';

/** An ingest of the caller's stage: what an encoder such as OBS or FFmpeg publishes to. */
export interface Ingest {
  readonly ingestId: string;
  readonly protocol: IngestProtocol;
  /** URL of the server, for the encoder. */
  readonly server: string;
  /** The participant that the encoder will be on the stage. */
  readonly participantId: string;
}

/** Answer of `POST /me/stage/ingests`. */
export interface OpenedIngest extends Ingest {
  /** A secret that lets anybody publish as this ingest. Shown once, never stored or logged by the server. */
  readonly streamKey: string;
}

/** Answer of `GET /me/stage/ingests`. */
export interface IngestsPage {
  readonly ingests: readonly Ingest[];
}

/** Body of `POST /me/stage/ingests`. */
export interface OpenIngestRequest {
  /** `RTMP` is not encrypted: stream key and media can be read on the way. Left out: `RTMPS`. */
  readonly protocol?: IngestProtocol | undefined;
}
