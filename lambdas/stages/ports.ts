import type {
  Ban,
  Capability,
  Guest,
  IngestProtocol,
  ParticipantToken,
  Role,
  UserId,
  Visibility,
} from '../../contract/stages.ts';
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
  readonly memberships: MembershipStore;
  readonly ingestSlots: IngestSlotStore;
  readonly participantLists: ParticipantListStore;
  readonly rateLimits: RateLimitStore;
  readonly stageAccess: StageAccessReader;
  readonly runLeases: RunLeaseStore;
  readonly ivs: IvsRealTime;
  readonly participants: IvsParticipants;
  readonly moderation: IvsModeration;
  readonly ingests: IvsIngests;
  readonly publicKeys: IvsPublicKeys;
  readonly signingSecret: RotatingSecret;
  readonly keyPairs: KeyPairs;
  readonly userDirectory: UserDirectory;
  readonly tokenIssuer: ParticipantTokenIssuer;
  readonly provisioningQueue: ProvisioningQueue;
  readonly roomRequests: RoomRequests;
  readonly rightsChecks: RightsCheckQueue;
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
  readonly tokenIssuer: ParticipantToken['issuedBy'];
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
  /** Owners whose stage claims to be live, is in doubt or to be watched, private ones too; eventually consistent. */
  listWatched(): AsyncIterable<UserId>;
}

export interface LiveStatusChange extends LiveStatus {
  readonly visibility: Visibility;
  readonly idleHour?: string;
  /** Watches the stage until then, ISO; a longer watch that runs goes on. */
  readonly watchUntil?: string;
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

/** Guests, bans and burnt participants of an owner's stage. Rows that have ended may still be listed. */
export interface MembershipStore {
  /** True: they were invited already. */
  putGuest(ownerId: UserId, guest: Guest): Promise<boolean>;
  /** False: there was none. */
  deleteGuest(ownerId: UserId, userId: UserId): Promise<boolean>;
  /** In the order of their ids, from behind `after`. */
  listGuests(ownerId: UserId, limit: number, after?: UserId): Promise<readonly Guest[]>;
  putBan(ownerId: UserId, ban: Ban, now: Date): Promise<void>;
  /** False: there was none. */
  deleteBan(ownerId: UserId, userId: UserId): Promise<boolean>;
  listBans(ownerId: UserId, limit: number, after?: UserId): Promise<readonly Ban[]>;
  /** Who was banned since then, in bans that have ended too. */
  listBannedSince(ownerId: UserId, since: Date): Promise<readonly UserId[]>;
  /** No token of this participant is exchanged until then. */
  burn(ownerId: UserId, participantId: string, until: Date): Promise<void>;
}

/** The one ingest that a stage may have: reserved by a lease before IVS makes it, so that a race leaves nothing dangling. */
export interface IngestSlotStore {
  /** Reads consistently. */
  get(ownerId: UserId): Promise<IngestSlot | undefined>;
  /** True if the slot was free, or reserved by an attempt that ended without an ingest. */
  reserve(ownerId: UserId, attemptId: string, until: Date, now: Date): Promise<boolean>;
  /** Names the ingest, if the attempt's reservation still runs. */
  commit(ownerId: UserId, attemptId: string, ingest: IngestRecord, now: Date): Promise<boolean>;
  /** Frees the slot, if it is this attempt's. */
  free(ownerId: UserId, attemptId: string): Promise<void>;
}

export interface IngestSlot {
  readonly attemptId: string;
  /** End of the reservation, epoch milliseconds. */
  readonly until: number;
  /** Absent: IVS may or may not have made it. */
  readonly ingest?: IngestRecord;
}

/** Never the stream key. */
export interface IngestRecord {
  readonly arn: string;
  readonly stageArn: string;
  readonly protocol: IngestProtocol;
  readonly participantId: string;
}

/** Pages of participants as IVS told them, shared among all who ask within a few seconds. */
export interface ParticipantListStore {
  get(ownerId: UserId, page: string): Promise<SharedPage | undefined>;
  /** True for one of those who ask while no page is fresh: it asks IVS, the others wait for what it puts. */
  claim(ownerId: UserId, page: string, until: Date, now: Date): Promise<boolean>;
  put(ownerId: UserId, page: string, shared: SharedPage): Promise<void>;
}

export interface SharedPage {
  readonly participants: readonly IvsParticipant[];
  readonly cursor?: string;
  /** Until then all who ask get this page, epoch milliseconds. */
  readonly freshUntil: number;
}

/** Routes that call IVS: one request a second for each user, five at once. */
export interface RateLimitStore {
  /** Undefined: the request may pass. Else the whole seconds after which the next one may. */
  take(userId: UserId, now: Date): Promise<number | undefined>;
}

/** Looks again, a little later, at who is on a stage with rights that they do not have any more. */
export interface RightsCheckQueue {
  send(check: RightsCheck, delaySeconds: number): Promise<void>;
}

export interface RightsCheck {
  readonly ownerId: UserId;
  /** Only this user's participants. Absent: everybody's. */
  readonly userId?: UserId;
  /** What the change left them with. Who holds no more took it in, and a later change has a check of its own. */
  readonly left?: readonly Capability[];
  /** Where an earlier check stopped because its time was over. */
  readonly cursor?: string;
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
  readonly lease?: Lease;
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
  /** Whether the participant that was asked for may not be given a token any more. */
  readonly burnt: boolean;
}

/** What the owner of a stage decided about a user. */
export interface Membership {
  readonly guest: { readonly capabilities: readonly Capability[]; readonly expiresAt?: string } | undefined;
  readonly ban: { readonly expiresAt?: string } | undefined;
}

export interface StageAccessReader {
  read(ownerId: UserId, callerId: UserId, participantId?: string): Promise<StageAccess>;
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
  /** Empty: the token or ingest names no user. */
  readonly userId: string;
  readonly connected: boolean;
  /** ISO */
  readonly firstJoinedAt?: string;
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

/** Everybody of a session, and putting them out. */
export interface IvsModeration {
  /** A page of those who are or were there, of one user's if given. */
  listParticipants(
    arn: string,
    sessionId: string,
    userId: UserId | undefined,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly participants: readonly IvsParticipant[]; readonly cursor?: string }>;
  /** The signed attributes with which a participant is there. Undefined: IVS knows no such participant. */
  attributesOf(
    arn: string,
    sessionId: string,
    participantId: string,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, string>> | undefined>;
  /** Ends a participant's stay, whose token then is used up. Also succeeds when they are not there. */
  disconnect(arn: string, participantId: string, reason: string, signal: AbortSignal): Promise<void>;
}

/** As lists tell it: without its tags. */
export interface IvsIngest {
  readonly arn: string;
  readonly name: string;
  /** Empty: attached to no stage. */
  readonly stageArn: string;
  /** Empty: it names none. */
  readonly userId: string;
}

export interface CreateIngestRequest extends Pick<TokenRequest, 'userId' | 'displayName' | 'role' | 'capabilities'> {
  readonly name: string;
  readonly stageArn: string;
  readonly protocol: IngestProtocol;
  readonly tags: Tags;
}

/** Ingest configurations. All methods throw IvsError; only `create` is never tried twice. */
export interface IvsIngests {
  /** The stream key is a secret: it goes to the host and nowhere else. */
  create(
    request: CreateIngestRequest,
    signal: AbortSignal,
  ): Promise<{ readonly arn: string; readonly participantId: string; readonly streamKey: string }>;
  /** Ends a broadcast that is on. Also succeeds when it does not exist; then it may be denied, for want of tags. */
  delete(arn: string, signal: AbortSignal): Promise<void>;
  /** Undefined: it does not exist. Does not read the stream key. */
  tagsOf(arn: string, signal: AbortSignal): Promise<Tags | undefined>;
  /** Of one stage, or of the region. */
  list(
    stageArn: string | undefined,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly ingests: readonly IvsIngest[]; readonly cursor?: string }>;
}

/** Public keys by which IVS checks tokens: three a region, for all deployments. */
export interface IvsPublicKeys {
  /** All of the region. */
  list(signal: AbortSignal): Promise<readonly { readonly arn: string; readonly name: string; readonly tags: Tags }[]>;
  import(name: string, publicKeyPem: string, tags: Tags, signal: AbortSignal): Promise<{ readonly arn: string }>;
  /** The key in PEM. Undefined: it does not exist. */
  get(arn: string, signal: AbortSignal): Promise<string | undefined>;
  /** Also succeeds when it does not exist. */
  delete(arn: string, signal: AbortSignal): Promise<void>;
}

/** What the secret store tells of the signing key's versions; no key material. */
export interface SigningSecret {
  /** Stages (AWSCURRENT, AWSPREVIOUS, AWSPENDING) by version id, and when the current one was promoted. */
  describe(): Promise<{
    readonly versions: Readonly<Record<string, readonly string[]>>;
    readonly promotedAt: Date | undefined;
  }>;
}

/** The secret as its rotation changes it. Key material passes here and in KeyPairs, nowhere else. */
export interface RotatingSecret extends SigningSecret {
  /** Undefined: the version has no signing key yet. */
  read(versionId: string): Promise<StoredSigningKey | undefined>;
  /** Writing a version twice succeeds with the same value only. */
  putPending(versionId: string, key: StoredSigningKey, signal: AbortSignal): Promise<void>;
  /** Makes the version AWSCURRENT, and the one that was it AWSPREVIOUS. */
  promote(versionId: string, currentVersionId: string | undefined): Promise<void>;
}

/** What a version of the secret holds. */
export interface StoredSigningKey {
  readonly publicKeyArn: string;
  /** PKCS 8 in PEM: never logged, never outside the secret but in a signer's memory. */
  readonly privateKey: string;
  /** When IVS took its public half, ISO. */
  readonly importedAt: string;
}

/** Key pairs on the curve that IVS wants, in PEM. */
export interface KeyPairs {
  generate(): { readonly publicKey: string; readonly privateKey: string };
  /** Whether the one verifies what the other signs. */
  belongTogether(publicKey: string, privateKey: string): boolean;
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
  readonly issuedBy: ParticipantToken['issuedBy'];
  readonly token: string;
  readonly participantId: string;
  readonly expiresAt: Date;
}

/** Makes participant tokens: signed with the deployment's own key pair, or by IVS's API. */
export interface ParticipantTokenIssuer {
  /** Fetches what `issue` will need, while its caller waits for something else. Never fails. */
  prepare(): Promise<void>;
  /** Undefined: the stage does not exist (or is not ours to use). @throws IvsError */
  issue(stage: StageRecord, request: TokenRequest, signal: AbortSignal): Promise<IssuedToken | undefined>;
  /** What a token says that this deployment signed. `foreign`: another kind of token; `refused`: not to be trusted. */
  read(token: string): Promise<HeldToken | 'foreign' | 'refused'>;
  /** A token of the same participant with other rights. Undefined: there is no key to sign with. */
  reissue(held: HeldToken, request: TokenRequest): Promise<IssuedToken | undefined>;
}

/** A key-pair token of ours, its signature verified and its expiry not. */
export interface HeldToken {
  readonly participantId: string;
  readonly userId: UserId;
  readonly stageArn: string;
  readonly capabilities: readonly Capability[];
  readonly expiresAt: Date;
  /** An exchange must not change them. */
  readonly eventsUrl: string;
  readonly whipUrl: string;
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
