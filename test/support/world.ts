import type {
  Log,
  ParticipantTokenIssuer,
  ProvisioningMessage,
  ProvisioningQueue,
  RunLeaseStore,
  Services,
  StageAccess,
  StageOwnerStore,
  StageSettings,
} from '../../lambdas/stages/ports.ts';
import { MemoryIvs } from './memory-ivs.ts';
import { MemoryProfileStore } from './memory-profile-store.ts';
import { VirtualClock } from './virtual-clock.ts';

export const settings: StageSettings = {
  deployment: 'Stagedoor',
  initialVisibility: 'public',
  stageCheckDays: 5,
  staleAfterDays: 30,
  tokenMinutes: 60,
};

export class MemoryStageOwners implements StageOwnerStore {
  readonly owners = new Map<string, string>();

  async put(stageId: string, ownerId: string): Promise<void> {
    this.owners.set(stageId, ownerId);
  }

  async delete(stageId: string): Promise<void> {
    this.owners.delete(stageId);
  }
}

/** A queue whose messages a test takes out itself. */
export class MemoryQueue implements ProvisioningQueue {
  readonly messages: ProvisioningMessage[] = [];
  readonly cameBack: string[] = [];

  async send(message: ProvisioningMessage): Promise<void> {
    this.messages.push(message);
  }

  async backlog(): Promise<number> {
    return this.messages.length;
  }

  async comeBackAfter(receiptHandle: string): Promise<void> {
    this.cameBack.push(receiptHandle);
  }
}

export class MemoryRunLeases implements RunLeaseStore {
  #held: { readonly holder: string; readonly until: Date } | undefined;

  async acquire(_run: string, holder: string, until: Date, now: Date): Promise<boolean> {
    if (this.#held && this.#held.holder !== holder && this.#held.until > now) return false;
    this.#held = { holder, until };
    return true;
  }

  async release(_run: string, holder: string): Promise<void> {
    if (this.#held?.holder === holder) this.#held = undefined;
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
  readonly ivs: MemoryIvs;
  readonly provisioningQueue: MemoryQueue;
  readonly log: MemoryLog;
  /** Bans and invitations by `<ownerId>/<userId>`. */
  readonly bans: Map<string, NonNullable<StageAccess['ban']>>;
  readonly guests: Map<string, NonNullable<StageAccess['guest']>>;
}

export function createWorld(): World {
  const clock = new VirtualClock();
  const profiles = new MemoryProfileStore();
  const ivs = new MemoryIvs(clock, settings.deployment);
  const bans: World['bans'] = new Map();
  const guests: World['guests'] = new Map();
  let ids = 0;
  let participants = 0;
  const tokenIssuer: ParticipantTokenIssuer = {
    issuedBy: 'ivs-api',
    issue: async ({ arn }, request) => {
      if (!ivs.stages.has(arn)) return undefined;
      const participantId = `participant-${++participants}`;
      const expiresAt = new Date(clock.now().getTime() + request.durationMinutes * 60_000);
      return { token: `secret-of-${participantId}`, participantId, expiresAt };
    },
  };
  return {
    clock,
    profiles,
    ivs,
    tokenIssuer,
    bans,
    guests,
    stageOwners: new MemoryStageOwners(),
    provisioningQueue: new MemoryQueue(),
    runLeases: new MemoryRunLeases(),
    stageAccess: {
      read: async (ownerId, callerId) => ({
        owner: await profiles.get(ownerId),
        callerName: (await profiles.get(callerId))?.displayName,
        ban: bans.get(`${ownerId}/${callerId}`),
        guest: guests.get(`${ownerId}/${callerId}`),
      }),
    },
    log: new MemoryLog(),
    settings,
    now: clock.now,
    sleep: clock.sleep,
    deadline: clock.deadline,
    newId: () => `attempt-${++ids}`,
  };
}
