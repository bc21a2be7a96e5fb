import type { Capability, ParticipantToken, Role, UserId, Visibility } from '../../contract/stages.ts';
import type { Lease, Profile, StageEndpoints, StageRecord } from './profile.ts';
import type { Tags } from './stage-tags.ts';

/** Everything that the use cases need from outside. Each picks what it needs; tests give exactly that. */
export interface Services {
  readonly profiles: ProfileStore;
  readonly stageOwners: StageOwnerStore;
  readonly stageAccess: StageAccessReader;
  readonly runLeases: RunLeaseStore;
  readonly ivs: IvsRealTime;
  readonly tokenIssuer: ParticipantTokenIssuer;
  readonly provisioningQueue: ProvisioningQueue;
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
  /** Notes that IVS confirmed the stage, and ends a removal that was broken off. Undefined: the profile names another. */
  recordCheck(userId: UserId, stage: StageRecord, removal?: Lease, signal?: AbortSignal): Promise<Profile | undefined>;
  /** Forgets the stage, if it is still this one, with lease, live status and its place in the idle index. */
  clearStage(userId: UserId, arn: string, signal?: AbortSignal): Promise<void>;
  /** True if the profile names this stage, was idle since then, and the lease was free, had ended or was this one. */
  claimForRemoval(idle: IdleProfile & { readonly stageArn: string }, lease: Lease, now: Date): Promise<boolean>;
  /** Names an orphan in a profile that exists, names no stage and has no running lease. */
  adoptStage(userId: UserId, stage: StageRecord, now: Date): Promise<boolean>;
  /** Takes a profile without a stage out of the idle index, if it was idle since then. */
  leaveIdleIndex(idle: IdleProfile): Promise<void>;
  /** Profiles in the idle index, longest idle first; eventually consistent. `before`: only those idle since before it. */
  listIdle(before?: string): AsyncIterable<IdleProfile>;
  /** Undefined: there is no such profile. */
  changeVisibility(userId: UserId, visibility: Visibility): Promise<Profile | undefined>;
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
}

/** Pointers from a stage to its owner, so that an event of IVS finds the profile. */
export interface StageOwnerStore {
  put(stageId: string, ownerId: UserId, signal?: AbortSignal): Promise<void>;
  delete(stageId: string, signal?: AbortSignal): Promise<void>;
}

/** What decides over a caller on a stage, read consistently in one call. */
export interface StageAccess {
  readonly owner: Profile | undefined;
  readonly callerName: string | undefined;
  readonly guest: { readonly capabilities: readonly Capability[]; readonly expiresAt?: string } | undefined;
  readonly ban: { readonly expiresAt?: string } | undefined;
}

export interface StageAccessReader {
  read(ownerId: UserId, callerId: UserId): Promise<StageAccess>;
}

/** Keeps runs of one kind from overlapping. */
export interface RunLeaseStore {
  acquire(run: string, holder: string, until: Date, now: Date): Promise<boolean>;
  release(run: string, holder: string): Promise<void>;
}

export interface IvsStage {
  readonly arn: string;
  readonly name: string;
  readonly tags: Tags;
  readonly sessionActive: boolean;
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
