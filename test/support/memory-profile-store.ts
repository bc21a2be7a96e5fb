import type { UserId } from '../../contract/stages.ts';
import { NOT_LIVE } from '../../lambdas/stages/live/publishers.ts';
import type {
  IdleProfile,
  IdleRange,
  ProfileStore,
  Queueing,
  RemovalClaim,
  Visit,
} from '../../lambdas/stages/ports.ts';
import { hourOf, isRunning, type Lease, type Profile, type StageRecord } from '../../lambdas/stages/profile.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The twin of DynamoProfileStore: passes the same contract suite. */
export class MemoryProfileStore implements ProfileStore {
  /** Whether an index does not see each profile's last write yet. Asked at each query. */
  indexLags: () => boolean = () => false;
  readonly #profiles = new Map<UserId, Profile>();
  /** What each profile was before its last write. */
  readonly #before = new Map<UserId, Profile | undefined>();

  all(): readonly Profile[] {
    return [...this.#profiles.values()];
  }

  /** As a query of an index sees them. */
  indexed(): readonly Profile[] {
    if (!this.indexLags()) return this.all();
    return [...this.#before.values()].flatMap((profile) => profile ?? []);
  }

  async recordVisit({ userId, at, visibility, displayName, fallbackName }: Visit): Promise<Profile> {
    const { absentSince: _present, ...known }: Partial<Profile> = this.#profiles.get(userId) ?? {};
    const profile: Profile = {
      ...NOT_LIVE,
      liveRevision: 0,
      visibility,
      ...known,
      userId,
      displayName: displayName ?? known.displayName ?? fallbackName,
      idleHour: hourOf(at),
    };
    this.#write(userId, profile);
    return profile;
  }

  async get(userId: UserId): Promise<Profile | undefined> {
    return this.#profiles.get(userId);
  }

  async claimForCreation(userId: UserId, lease: Lease, now: Date): Promise<boolean> {
    const free = ({ stage, lease: held }: Profile) => !stage && isFree(held, lease, now);
    return this.change(userId, free, (profile) => ({ ...profile, lease })) !== undefined;
  }

  async commitStage(userId: UserId, stage: StageRecord, now: Date): Promise<Profile | undefined> {
    const allowed = ({ stage: named, lease }: Profile) =>
      named
        ? named.arn === stage.arn && named.attemptId === stage.attemptId
        : lease?.attemptId === stage.attemptId && isRunning(lease, now);
    return this.change(userId, allowed, ({ lease, queuedAt, ...profile }) => ({
      ...profile,
      stage,
      idleHour: hourOf(now),
    }));
  }

  async markQueued(userId: UserId, { queuedAt, replaces, attemptId }: Queueing): Promise<boolean> {
    const allowed = ({ queuedAt: since, stage, lease }: Profile) =>
      (since === undefined || since === queuedAt || since === replaces) &&
      (attemptId === undefined || (!stage && (!lease || lease.attemptId === attemptId)));
    const marked = this.change(userId, allowed, ({ lease, ...profile }) => ({
      ...profile,
      queuedAt,
      ...(attemptId === undefined && lease && { lease }),
    }));
    return marked !== undefined;
  }

  async unmarkQueued(userId: UserId, queuedAt: string): Promise<void> {
    this.change(
      userId,
      (profile) => profile.queuedAt === queuedAt,
      ({ queuedAt: _since, ...profile }) => profile,
    );
  }

  async releaseLease(userId: UserId, attemptId: string, idleHour?: string): Promise<void> {
    this.change(
      userId,
      ({ lease }) => lease?.attemptId === attemptId,
      ({ lease, ...profile }) => ({ ...profile, ...(idleHour !== undefined && { idleHour }) }),
    );
  }

  async recordCheck(userId: UserId, stage: StageRecord, removal?: Lease): Promise<Profile | undefined> {
    const allowed = ({ stage: named, lease }: Profile) =>
      named?.arn === stage.arn && (!lease || lease.attemptId === removal?.attemptId);
    return this.change(userId, allowed, ({ lease, queuedAt, ...profile }) => ({ ...profile, stage }));
  }

  async clearStage(userId: UserId, arn: string, staysIdle: boolean): Promise<void> {
    this.change(
      userId,
      ({ stage }) => stage?.arn === arn,
      ({ stage, lease, idleHour, watchUntil, ...profile }) => ({
        ...profile,
        ...NOT_LIVE,
        liveRevision: 0,
        ...(staysIdle && idleHour !== undefined && { idleHour }),
      }),
    );
  }

  async claimForRemoval(claim: RemovalClaim, lease: Lease, now: Date): Promise<boolean> {
    const allowed = (profile: Profile) => isAsClaimed(profile, claim) && isFree(profile.lease, lease, now);
    return this.change(claim.userId, allowed, (profile) => ({ ...profile, lease })) !== undefined;
  }

  async confirmRemoval(claim: RemovalClaim, lease: Lease, now: Date): Promise<boolean> {
    const allowed = (profile: Profile) =>
      isAsClaimed(profile, claim) &&
      profile.lease?.attemptId === lease.attemptId &&
      isRunning(profile.lease, now) &&
      !profile.live;
    const confirmed = this.change(claim.userId, allowed, (profile) => ({
      ...profile,
      lease: { ...lease, deleting: true },
    }));
    return confirmed !== undefined;
  }

  async deleteProfile(userId: UserId, attemptId: string): Promise<boolean> {
    const profile = this.#profiles.get(userId);
    if (profile && profile.lease?.attemptId !== attemptId) return false;
    this.#write(userId, undefined);
    return true;
  }

  async recordAbsence(userId: UserId, since: string | undefined): Promise<void> {
    this.change(
      userId,
      () => true,
      ({ absentSince, ...profile }) =>
        since === undefined ? profile : { ...profile, absentSince: absentSince ?? since },
    );
  }

  async adoptStage(userId: UserId, stage: StageRecord, now: Date): Promise<boolean> {
    const allowed = ({ stage: named, lease }: Profile) => !isRunning(lease, now) && (!named || named.arn === stage.arn);
    const adopted = this.change(userId, allowed, ({ lease, queuedAt, ...profile }) => ({
      ...profile,
      stage,
      idleHour: hourOf(now),
    }));
    return adopted !== undefined;
  }

  async leaveIdleIndex({ userId, idleHour }: IdleProfile): Promise<void> {
    this.change(
      userId,
      (profile) => profile.idleHour === idleHour && !profile.stage,
      ({ idleHour: _hour, ...profile }) => profile,
    );
  }

  async *listIdle({ before, after }: IdleRange = {}): AsyncIterable<IdleProfile> {
    const key = ({ idleHour, userId }: Pick<IdleProfile, 'idleHour' | 'userId'>) => `${idleHour}#${userId}`;
    let last = after ? key(after) : '';
    for (;;) {
      // Like a paged query: looks again for what comes after the last one that it returned.
      const next = this.indexed()
        .flatMap((profile) => toIdleProfile(profile) ?? [])
        .filter((idle) => key(idle) > last && (before === undefined || key(idle) < before))
        .sort((a, b) => (key(a) < key(b) ? -1 : 1))[0];
      if (!next) return;
      last = key(next);
      yield next;
    }
  }

  /** One conditional write, as the twins of all stores on this table make it. */
  change(
    userId: UserId,
    allowed: (profile: Profile) => boolean,
    change: (profile: Mutable<Profile>) => Profile,
  ): Profile | undefined {
    const profile = this.#profiles.get(userId);
    if (!profile || !allowed(profile)) return undefined;
    const changed = change({ ...profile });
    this.#write(userId, changed);
    return changed;
  }

  #write(userId: UserId, profile: Profile | undefined): void {
    this.#before.set(userId, this.#profiles.get(userId));
    if (profile) this.#profiles.set(userId, profile);
    else this.#profiles.delete(userId);
  }
}

const isFree = (held: Lease | undefined, wanted: Lease, now: Date): boolean =>
  !isRunning(held, now) || held.attemptId === wanted.attemptId;

const isAsClaimed = (profile: Profile, { stageArn, idleHour }: RemovalClaim): boolean =>
  (profile.stage?.arn ?? null) === stageArn && (idleHour === undefined || profile.idleHour === idleHour);

function toIdleProfile({ userId, idleHour, stage, absentSince, lease }: Profile): IdleProfile | undefined {
  if (idleHour === undefined) return undefined;
  return {
    userId,
    idleHour,
    ...(stage && { stageArn: stage.arn }),
    ...(absentSince !== undefined && { absentSince }),
    ...(lease && { lease }),
  };
}
