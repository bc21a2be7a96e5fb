import type { Capability, ParticipantToken, Role, UserId, Visibility } from '../../contract/stages.ts';
import type { MetricName } from '../metric-names.ts';
import type { LiveStatus } from './live/publishers.ts';
import type { Lease, Profile, StageEndpoints, StageRecord } from './profile.ts';
import type { Tags } from './stage-tags.ts';

/** Everything that the use cases need from outside. Each picks what it needs; tests give exactly that. */
export interface Services {
  readonly profiles: ProfileStore;
  readonly liveStatus: LiveStatusStore;
  readonly stageOwners: StageOwnerStore;
  readonly stageMembers: StageMemberStore;
  readonly stageAccess: StageAccessReader;
  readonly runLeases: RunLeaseStore;
  readonly ivs: IvsRealTime;
  readonly participants: IvsParticipants;
  readonly userDirectory: UserDirectory;
  readonly tokenIssuer: ParticipantTokenIssuer;
  readonly provisioningQueue: ProvisioningQueue;
  readonly roomRequests: RoomRequests;
  readonly metrics: Metrics;
  readonly settings: StageSettings;
  readonly log: Log;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly sleep: (ms: number) => Promise<void>;
  /** A signal that aborts after so many milliseconds. */
  readonly deadline: (ms: number) => AbortSignal;
}

export interface StageSettings {
  /** Value of the deployment tag: stages that carry another one are never touched. */
  readonly deployment: string;
  readonly initialVisibility: Visibility;
  readonly stageCheckDays: number;
  readonly staleAfterDays: number;
  readonly tokenMinutes: number;
  /** How many stages the region allows, as the operator set it. */
  readonly stageQuota: number;
}

/** What the owner did that counts as activity. */
export interface Visit {
  readonly userId: UserId;
  readonly at: Date;
  readonly visibility: Visibility;
  /** The name as Cognito tells it at sign-in; absent: keep the one that is known, else `fallbackName`. */
  readonly displayName?: string;
  readonly fallbackName: string;
  readonly isSignIn: boolean;
}

/**
 * The profiles. Every write is one conditional write on one item, and gives the same answer when it is sent again after its
 * answer was lost: the AWS SDK does that by itself.
 */
export interface ProfileStore {
  /** Writes the visit, making the profile if need be, and returns the profile. */
  recordVisit(visit: Visit, signal?: AbortSignal): Promise<Profile>;
  /** Reads consistently. */
  get(userId: UserId, signal?: AbortSignal): Promise<Profile | undefined>;
  /** True if there is no stage and the lease was free, had ended or was this one already. */
  claimForCreation(userId: UserId, lease: Lease, now: Date, signal?: AbortSignal): Promise<boolean>;
  /** Names the stage in the profile if the attempt's lease still runs; ends lease and queueing. Undefined: refused. */
  commitStage(userId: UserId, stage: StageRecord, now: Date, signal?: AbortSignal): Promise<Profile | undefined>;
  /** Notes that the user waits in the queue and ends the attempt's lease, if one is given. False: somebody else did. */
  markQueued(userId: UserId, queueing: Queueing, signal?: AbortSignal): Promise<boolean>;
  /** Ends a wait in the queue that needs no stage any more. */
  unmarkQueued(userId: UserId, queuedAt: string): Promise<void>;
  /** Ends a lease without a result; `idleHour` puts the profile at the end of the idle index. */
  releaseLease(userId: UserId, attemptId: string, idleHour?: string, signal?: AbortSignal): Promise<void>;
  /**
   * Notes that IVS confirmed the stage, ends a removal that was broken off, and a wait in the queue that led to nothing.
   * Undefined: the profile names another.
   */
  recordCheck(userId: UserId, stage: StageRecord, removal?: Lease, signal?: AbortSignal): Promise<Profile | undefined>;
  /** Forgets the stage, if it is still this one, with lease and live status; `staysIdle` keeps its place in the idle index. */
  clearStage(userId: UserId, arn: string, staysIdle: boolean, signal?: AbortSignal): Promise<void>;
  /** True if the profile is still as the claim says, and the lease was free, had ended or was this one. */
  claimForRemoval(claim: RemovalClaim, lease: Lease, now: Date): Promise<boolean>;
  /**
   * The last look before DeleteStage: true if the lease still runs, and since the claim nobody visited or published.
   * From then on no live status is written, until the lease ends.
   */
  confirmRemoval(claim: RemovalClaim, lease: Lease, now: Date): Promise<boolean>;
  /** Deletes the whole profile. False: it is still there, because the lease is not this attempt's any more. */
  deleteProfile(userId: UserId, attemptId: string): Promise<boolean>;
  /** Notes since when the user is missing in the user pool (ISO; an earlier moment stays), or that they are not. */
  recordAbsence(userId: UserId, absentSince: string | undefined): Promise<void>;
  /** Names an orphan in a profile that exists, names no stage and has no running lease. */
  adoptStage(userId: UserId, stage: StageRecord, now: Date): Promise<boolean>;
  /** Takes a profile without a stage out of the idle index, if it was idle since then. */
  leaveIdleIndex(idle: IdleProfile): Promise<void>;
  /** Profiles in the idle index, longest idle first; eventually consistent. */
  listIdle(range?: IdleRange): AsyncIterable<IdleProfile>;
}

/** What must be so for a removal to begin; what is left out may be anything. */
export interface RemovalClaim {
  readonly userId: UserId;
  /** `null`: the profile names no stage. */
  readonly stageArn: string | null;
  readonly idleHour?: string;
}

export interface IdleRange {
  /** Only profiles that are idle since before this hour. */
  readonly before?: string;
  /** Only what comes after this profile. */
  readonly after?: Pick<IdleProfile, 'userId' | 'idleHour'>;
}

/** The part of a profile that tells who publishes. Every write is conditional on nothing of it having changed meanwhile. */
export interface LiveStatusStore {
  /**
   * Writes what follows from the profile as read: undefined, and nothing is written, if live status, visibility or stage
   * changed since, or its stage is being deleted at this moment. A given `idleHour` moves the profile in the idle index.
   */
  replace(read: Profile, next: LiveStatusChange, now: Date, signal?: AbortSignal): Promise<Profile | undefined>;
  /** Stages that are live and public, newest first; eventually consistent. `cursor` is what an earlier page gave. */
  listLive(limit: number, cursor?: LiveCursor): Promise<LivePage>;
  /** Owners whose stage claims to be live or is in doubt, private ones too; eventually consistent. */
  listWatched(): AsyncIterable<UserId>;
}

export interface LiveStatusChange extends LiveStatus {
  readonly visibility: Visibility;
  readonly idleHour?: string;
}

export interface LiveStage {
  readonly ownerId: UserId;
  readonly displayName: string;
  readonly liveSince: string;
  readonly publisherCount: number;
}

/** The place of one stage in the live index: public facts only. */
export type LiveCursor = Pick<LiveStage, 'ownerId' | 'liveSince'>;

export interface LivePage {
  readonly stages: readonly LiveStage[];
  readonly cursor?: LiveCursor;
}

/** Rows beside an owner's profile: guests, bans, burnt participants. */
export interface StageMemberStore {
  deleteAllOf(ownerId: UserId): Promise<void>;
}

/** The user pool. */
export interface UserDirectory {
  /** Eventually consistent: a user who has just been made may be missing. */
  exists(userId: UserId): Promise<boolean>;
}

/** Asks the clean-up to make room, because the region has no stage left. Asking often has it run once in five minutes. */
export interface RoomRequests {
  ask(signal?: AbortSignal): Promise<void>;
}

/** What the operator watches; each call becomes one line of CloudWatch's embedded metric format. */
export interface Metrics {
  record(values: Readonly<Partial<Record<MetricName, number>>>): void;
}

export interface Queueing {
  readonly queuedAt: string;
  /** An earlier wait that ran out; any other is left alone. */
  readonly replaces: string | undefined;
  readonly attemptId: string | undefined;
}

export interface IdleProfile {
  readonly userId: UserId;
  readonly idleHour: string;
  readonly stageArn?: string;
  readonly absentSince?: string;
}

/** Pointers from a stage to its owner, so that an event of IVS finds the profile. */
export interface StageOwnerStore {
  put(stageId: string, ownerId: UserId, signal?: AbortSignal): Promise<void>;
  /** Reads consistently. */
  get(stageId: string): Promise<UserId | undefined>;
  delete(stageId: string, signal?: AbortSignal): Promise<void>;
}

/** What decides over a caller on a stage, read consistently in one call. */
export interface StageAccess extends Membership {
  readonly owner: Profile | undefined;
  readonly callerName: string | undefined;
}

/** What the owner of a stage decided about a user. */
export interface Membership {
  readonly guest: { readonly capabilities: readonly Capability[]; readonly expiresAt?: string } | undefined;
  readonly ban: { readonly expiresAt?: string } | undefined;
}

export interface StageAccessReader {
  read(ownerId: UserId, callerId: UserId): Promise<StageAccess>;
  /** What decides over one caller on up to 50 stages, beside the owners' profiles. Owners with no such row are left out. */
  readMemberships(ownerIds: readonly UserId[], callerId: UserId): Promise<ReadonlyMap<UserId, Membership>>;
}

/** Keeps runs of one kind from overlapping. */
export interface RunLeaseStore {
  /** Undefined: another run holds it. */
  acquire(run: string, holder: string, until: Date, now: Date): Promise<RunLease | undefined>;
  /** `cursor`: where the next run goes on. */
  release(run: string, holder: string, cursor?: string): Promise<void>;
}

export interface RunLease {
  /** Where the run before stopped because its time was over. */
  readonly cursor?: string;
}

export interface IvsStage {
  readonly arn: string;
  readonly name: string;
  readonly tags: Tags;
  /** Set from the first join until a few minutes after the last participant stopped publishing: not the same as live. */
  readonly activeSessionId?: string;
}

export interface CreateStageRequest {
  readonly name: string;
  readonly tags: Tags;
  /** CreateStage hands out first tokens without counting against the quota of CreateParticipantToken. */
  readonly hostToken?: TokenRequest;
}

/** Amazon IVS Real-Time, one try a call. All methods throw IvsError. */
export interface IvsRealTime {
  createStage(
    request: CreateStageRequest,
    signal: AbortSignal,
  ): Promise<{ readonly arn: string; readonly endpoints: StageEndpoints; readonly hostToken?: IssuedToken }>;
  /** Undefined: it does not exist. */
  getStage(arn: string, signal: AbortSignal): Promise<(IvsStage & { readonly endpoints: StageEndpoints }) | undefined>;
  renameStage(arn: string, name: string, signal: AbortSignal): Promise<void>;
  /** Also succeeds when it does not exist. */
  deleteStage(arn: string, signal: AbortSignal): Promise<void>;
  listStages(
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly stages: readonly IvsStage[]; readonly cursor?: string }>;
}

export interface IvsParticipant {
  readonly participantId: string;
  readonly connected: boolean;
}

/** What IVS tells of the participants of a stage's session. Five calls a second each; replicas of other stages are left out. */
export interface IvsParticipants {
  /** A page of those who ever published in the session: IVS cannot list those who publish now. */
  listPublishers(
    arn: string,
    sessionId: string,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly participants: readonly IvsParticipant[]; readonly cursor?: string }>;
  /** A page of the participant's starts and stops of publishing in the session, in no certain order. */
  listPublishing(
    arn: string,
    sessionId: string,
    participantId: string,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly changes: readonly PublishingChange[]; readonly cursor?: string }>;
}

export interface PublishingChange {
  readonly kind: 'started' | 'stopped';
  readonly at: Date;
}

/** What a token shall say; attributes are visible to every participant of the stage. */
export interface TokenRequest {
  readonly userId: UserId;
  readonly displayName: string;
  readonly role: Role;
  readonly capabilities: readonly Capability[];
  readonly durationMinutes: number;
}

export interface IssuedToken {
  readonly token: string;
  readonly participantId: string;
  readonly expiresAt: Date;
}

/** Makes participant tokens: by IVS's API, or signed with the deployment's own key pair. */
export interface ParticipantTokenIssuer {
  readonly issuedBy: ParticipantToken['issuedBy'];
  /** Undefined: the stage does not exist (or is not ours to use). @throws IvsError */
  issue(stage: StageRecord, request: TokenRequest, signal: AbortSignal): Promise<IssuedToken | undefined>;
}

export interface ProvisioningMessage {
  readonly userId: UserId;
  readonly queuedAt: string;
}

export interface ProvisioningQueue {
  send(message: ProvisioningMessage, signal?: AbortSignal): Promise<void>;
  /** About how many messages wait or are being worked on. */
  backlog(signal?: AbortSignal): Promise<number>;
  /** Lets a received message be received again after so many seconds, instead of when its visibility timeout ends. */
  comeBackAfter(receiptHandle: string, seconds: number): Promise<void>;
}

/** Structured log. Fields never hold a token, a stream key, a password or an e-mail. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
