import type { Ban, Guest, UserId } from '../../contract/stages.ts';
import type { Membership, MembershipStore, StageAccess, StageAccessReader } from '../../lambdas/stages/ports.ts';
import type { MemoryProfileStore } from './memory-profile-store.ts';

type GuestFacts = NonNullable<Membership['guest']>;
type BanFacts = NonNullable<Membership['ban']>;

/** The twin of DynamoMembershipStore and of DynamoStageAccessReader. Rows by `<ownerId>/<userId>`. */
export class MemoryMemberships implements MembershipStore, StageAccessReader {
  readonly guests = new Map<string, GuestFacts>();
  readonly bans = new Map<string, BanFacts>();
  /** Until when, by `<ownerId>/<participantId>`. */
  readonly burnt = new Map<string, Date>();
  readonly #bannedAt = new Map<string, Date>();
  readonly #profiles: MemoryProfileStore;

  constructor(profiles: MemoryProfileStore) {
    this.#profiles = profiles;
  }

  async putGuest(ownerId: UserId, { userId, ...guest }: Guest): Promise<boolean> {
    const key = `${ownerId}/${userId}`;
    const wasInvited = this.guests.has(key);
    this.guests.set(key, { ...guest, ...wholeSeconds(guest, Math.floor) });
    return wasInvited;
  }

  async deleteGuest(ownerId: UserId, userId: UserId): Promise<boolean> {
    return this.guests.delete(`${ownerId}/${userId}`);
  }

  async listGuests(ownerId: UserId, limit: number, after?: UserId): Promise<readonly Guest[]> {
    return list(this.guests, ownerId, limit, after);
  }

  async putBan(ownerId: UserId, { userId, ...ban }: Ban, now: Date): Promise<void> {
    this.bans.set(`${ownerId}/${userId}`, wholeSeconds(ban, Math.ceil));
    this.#bannedAt.set(`${ownerId}/${userId}`, now);
  }

  async deleteBan(ownerId: UserId, userId: UserId): Promise<boolean> {
    return this.bans.delete(`${ownerId}/${userId}`);
  }

  async listBans(ownerId: UserId, limit: number, after?: UserId): Promise<readonly Ban[]> {
    return list(this.bans, ownerId, limit, after);
  }

  async listBannedSince(ownerId: UserId, since: Date): Promise<readonly UserId[]> {
    const bans = list(this.bans, ownerId, Number.POSITIVE_INFINITY);
    return bans.map(({ userId }) => userId).filter((userId) => this.#wasBannedSince(`${ownerId}/${userId}`, since));
  }

  async burn(ownerId: UserId, participantId: string, until: Date): Promise<void> {
    this.burnt.set(`${ownerId}/${participantId}`, until);
  }

  async read(ownerId: UserId, callerId: UserId, participantId?: string): Promise<StageAccess> {
    return {
      owner: await this.#profiles.get(ownerId),
      callerName: (await this.#profiles.get(callerId))?.displayName,
      ...this.#membershipOf(ownerId, callerId),
      burnt: participantId !== undefined && this.burnt.has(`${ownerId}/${participantId}`),
    };
  }

  async readMemberships(ownerIds: readonly UserId[], callerId: UserId): Promise<ReadonlyMap<UserId, Membership>> {
    return new Map(ownerIds.map((ownerId) => [ownerId, this.#membershipOf(ownerId, callerId)]));
  }

  #membershipOf(ownerId: UserId, callerId: UserId): Membership {
    const key = `${ownerId}/${callerId}`;
    return { ban: this.bans.get(key), guest: this.guests.get(key) };
  }

  #wasBannedSince(key: string, since: Date): boolean {
    const at = this.#bannedAt.get(key);
    return at !== undefined && at >= since;
  }
}

function list<Facts extends object>(
  rows: ReadonlyMap<string, Facts>,
  ownerId: UserId,
  limit: number,
  after = '',
): readonly (Facts & { readonly userId: UserId })[] {
  return [...rows]
    .filter(([key]) => key.startsWith(`${ownerId}/`))
    .map(([key, facts]) => ({ userId: key.slice(ownerId.length + 1), ...facts }))
    .filter(({ userId }) => userId > after)
    .sort((a, b) => (a.userId < b.userId ? -1 : 1))
    .slice(0, limit);
}

const wholeSeconds = ({ expiresAt }: BanFacts, round: (seconds: number) => number): BanFacts =>
  expiresAt === undefined ? {} : { expiresAt: new Date(round(Date.parse(expiresAt) / 1000) * 1000).toISOString() };
