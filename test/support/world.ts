import type { MetricName } from '../../lambdas/metric-names.ts';
import type {
  Log,
  Metrics,
  ProvisioningMessage,
  ProvisioningQueue,
  RoomRequests,
  RunLease,
  RunLeaseStore,
  Services,
  StageAccess,
  StageMemberStore,
  StageOwnerStore,
  StageSettings,
  UserDirectory,
} from '../../lambdas/stages/ports.ts';
import { MemoryIngestSlots, MemoryIngests } from './memory-ingests.ts';
import { MemoryIvs } from './memory-ivs.ts';
import { MemoryLiveStatusStore } from './memory-live-status-store.ts';
import { MemoryMemberships } from './memory-memberships.ts';
import { MemoryParticipantLists, MemoryRateLimits, MemoryRightsChecks } from './memory-moderation-stores.ts';
import { MemoryProfileStore } from './memory-profile-store.ts';
import { MemoryPublicKeys, MemorySigningSecret, memoryKeyPairs } from './memory-signing-keys.ts';
import { MemoryTokenIssuer } from './memory-token-issuer.ts';
import { VirtualClock } from './virtual-clock.ts';

export const settings: StageSettings = {
  deployment: 'Stagedoor',
  initialVisibility: 'public',
  stageCheckDays: 5,
  staleAfterDays: 30,
  tokenMinutes: 60,
  tokenIssuer: 'key-pair',
  stageQuota: 1000,
};

export class MemoryStageOwners implements StageOwnerStore {
  readonly owners = new Map<string, string>();

  async put(stageId: string, ownerId: string): Promise<void> {
    this.owners.set(stageId, ownerId);
  }

  async get(stageId: string): Promise<string | undefined> {
    return this.owners.get(stageId);
  }

  async delete(stageId: string): Promise<void> {
    this.owners.delete(stageId);
  }
}

/** A queue whose messages a test takes out itself. */
export class MemoryQueue implements ProvisioningQueue {
  readonly messages: ProvisioningMessage[] = [];
  readonly cameBack: { readonly receiptHandle: string; readonly seconds: number }[] = [];

  async send(message: ProvisioningMessage): Promise<void> {
    this.messages.push(message);
  }

  async backlog(): Promise<number> {
    return this.messages.length;
  }

  async comeBackAfter(receiptHandle: string, seconds: number): Promise<void> {
    this.cameBack.push({ receiptHandle, seconds });
  }
}

export class MemoryRunLeases implements RunLeaseStore {
  readonly #held = new Map<string, { readonly holder: string; readonly until: Date }>();
  /** By run. */
  readonly cursors = new Map<string, string>();

  async acquire(run: string, holder: string, until: Date, now: Date): Promise<RunLease | undefined> {
    const held = this.#held.get(run);
    if (held && held.holder !== holder && held.until > now) return undefined;
    this.#held.set(run, { holder, until });
    const cursor = this.cursors.get(run);
    return cursor === undefined ? {} : { cursor };
  }

  async release(run: string, holder: string, cursor?: string): Promise<void> {
    if (this.#held.get(run)?.holder !== holder) return;
    this.#held.delete(run);
    if (cursor === undefined) this.cursors.delete(run);
    else this.cursors.set(run, cursor);
  }
}

/** Rows beside a profile: no more of them than whose they are. */
export class MemoryStageMembers implements StageMemberStore {
  /** Owner by `<ownerId>/<memberKey>`. */
  readonly rows = new Map<string, string>();

  async deleteAllOf(ownerId: string): Promise<void> {
    for (const [key, owner] of this.rows) if (owner === ownerId) this.rows.delete(key);
  }
}

/** A user pool that has everybody but those who are gone. */
export class MemoryUserDirectory implements UserDirectory {
  readonly gone = new Set<string>();
  readonly asked: string[] = [];
  /** What asking for a user fails with. */
  trouble: (userId: string) => Error | undefined = () => undefined;

  async exists(userId: string): Promise<boolean> {
    this.asked.push(userId);
    const trouble = this.trouble(userId);
    if (trouble) throw trouble;
    return !this.gone.has(userId);
  }
}

/** Takes every request; SQS would drop what is repeated within five minutes. */
export class MemoryRoomRequests implements RoomRequests {
  asked = 0;

  async ask(_signal?: AbortSignal): Promise<void> {
    this.asked++;
  }
}

export class MemoryMetrics implements Metrics {
  readonly records: Partial<Record<MetricName, number>>[] = [];

  record(values: Partial<Record<MetricName, number>>): void {
    this.records.push(values);
  }

  sum(name: MetricName): number {
    return this.records.reduce((sum, record) => sum + (record[name] ?? 0), 0);
  }
}

export class MemoryLog implements Log {
  readonly lines: { readonly level: string; readonly message: string; readonly fields: unknown }[] = [];

  readonly info = (message: string, fields?: unknown) => this.#add('info', message, fields);
  readonly warn = (message: string, fields?: unknown) => this.#add('warn', message, fields);
  readonly error = (message: string, fields?: unknown) => this.#add('error', message, fields);

  messages(level: string): string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }

  #add(level: string, message: string, fields: unknown): void {
    this.lines.push({ level, message, fields });
  }
}

/** All services in memory, with their insides open to the test: time stands still, ids are counted. */
export interface World extends Services {
  readonly clock: VirtualClock;
  readonly profiles: MemoryProfileStore;
  readonly stageOwners: MemoryStageOwners;
  readonly stageMembers: MemoryStageMembers;
  readonly runLeases: MemoryRunLeases;
  readonly userDirectory: MemoryUserDirectory;
  readonly ivs: MemoryIvs;
  /** The same as `ivs`. */
  readonly participants: MemoryIvs;
  readonly ingestSlots: MemoryIngestSlots;
  readonly ingests: MemoryIngests;
  readonly tokenIssuer: MemoryTokenIssuer;
  readonly publicKeys: MemoryPublicKeys;
  readonly signingSecret: MemorySigningSecret;
  readonly memberships: MemoryMemberships;
  readonly rightsChecks: MemoryRightsChecks;
  readonly provisioningQueue: MemoryQueue;
  readonly roomRequests: MemoryRoomRequests;
  readonly metrics: MemoryMetrics;
  readonly log: MemoryLog;
  /** Bans and invitations by `<ownerId>/<userId>`. */
  readonly bans: Map<string, NonNullable<StageAccess['ban']>>;
  readonly guests: Map<string, NonNullable<StageAccess['guest']>>;
}

export function createWorld(): World {
  const clock = new VirtualClock();
  const profiles = new MemoryProfileStore();
  const ivs = new MemoryIvs(clock, settings.deployment);
  const stageMembers = new MemoryStageMembers();
  const memberships = new MemoryMemberships(profiles);
  let ids = 0;
  return {
    clock,
    profiles,
    liveStatus: new MemoryLiveStatusStore(profiles),
    ivs,
    participants: ivs,
    tokenIssuer: new MemoryTokenIssuer(clock, (arn) => ivs.stages.has(arn)),
    publicKeys: new MemoryPublicKeys(),
    signingSecret: new MemorySigningSecret(clock),
    keyPairs: memoryKeyPairs,
    moderation: ivs,
    memberships,
    bans: memberships.bans,
    guests: memberships.guests,
    stageAccess: {
      read: (...args) => memberships.read(...args),
      readMemberships: (...args) => memberships.readMemberships(...args),
    },
    participantLists: new MemoryParticipantLists(),
    rateLimits: new MemoryRateLimits(),
    rightsChecks: new MemoryRightsChecks(),
    stageOwners: new MemoryStageOwners(),
    stageMembers,
    ingestSlots: new MemoryIngestSlots(stageMembers.rows),
    ingests: new MemoryIngests(ivs, settings.deployment),
    userDirectory: new MemoryUserDirectory(),
    provisioningQueue: new MemoryQueue(),
    roomRequests: new MemoryRoomRequests(),
    metrics: new MemoryMetrics(),
    runLeases: new MemoryRunLeases(),
    log: new MemoryLog(),
    settings,
    now: clock.now,
    sleep: clock.sleep,
    deadline: clock.deadline,
    newId: () => `attempt-${++ids}`,
  };
}
