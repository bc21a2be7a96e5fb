import type { UserId } from '../../contract/stages.ts';
import type {
  ParticipantListStore,
  RateLimitStore,
  RightsCheck,
  RightsCheckQueue,
  SharedPage,
} from '../../lambdas/stages/ports.ts';

/** The twin of DynamoRateLimitStore: passes the same contract suite. */
export class MemoryRateLimits implements RateLimitStore {
  readonly #fullAt = new Map<UserId, number>();

  async take(userId: UserId, now: Date): Promise<number | undefined> {
    const fullAt = Math.max(this.#fullAt.get(userId) ?? 0, now.getTime());
    if (fullAt > now.getTime() + 4_000) return 1;
    this.#fullAt.set(userId, fullAt + 1_000);
    return undefined;
  }
}

/** The twin of DynamoParticipantListStore: passes the same contract suite. */
export class MemoryParticipantLists implements ParticipantListStore {
  readonly #rows = new Map<string, { readonly shared: SharedPage | undefined; readonly until: number }>();

  async get(ownerId: UserId, page: string): Promise<SharedPage | undefined> {
    return this.#rows.get(`${ownerId}/${page}`)?.shared;
  }

  async claim(ownerId: UserId, page: string, until: Date, now: Date): Promise<boolean> {
    const row = this.#rows.get(`${ownerId}/${page}`);
    if (row && row.until > now.getTime()) return false;
    this.#rows.set(`${ownerId}/${page}`, { shared: row?.shared, until: until.getTime() });
    return true;
  }

  async put(ownerId: UserId, page: string, shared: SharedPage): Promise<void> {
    this.#rows.set(`${ownerId}/${page}`, { shared, until: shared.freshUntil });
  }
}

/** A queue whose messages a test takes out itself. */
export class MemoryRightsChecks implements RightsCheckQueue {
  readonly messages: { readonly check: RightsCheck; readonly delaySeconds: number }[] = [];

  async send(check: RightsCheck, delaySeconds: number): Promise<void> {
    this.messages.push({ check, delaySeconds });
  }
}
