import type { UserId } from '../../contract/stages.ts';
import type { LiveCursor, LivePage, LiveStage, LiveStatusChange, LiveStatusStore } from '../../lambdas/stages/ports.ts';
import { isRunning, latestWatch, type Profile } from '../../lambdas/stages/profile.ts';
import type { MemoryProfileStore } from './memory-profile-store.ts';

/** The twin of DynamoLiveStatusStore, on the profiles of a MemoryProfileStore: passes the same contract suite. */
export class MemoryLiveStatusStore implements LiveStatusStore {
  readonly #profiles: MemoryProfileStore;

  constructor(profiles: MemoryProfileStore) {
    this.#profiles = profiles;
  }

  async replace(read: Profile, { idleHour, ...next }: LiveStatusChange, now: Date): Promise<Profile | undefined> {
    const unchanged = ({ stage, liveRevision, lease }: Profile) =>
      stage?.arn === read.stage?.arn &&
      liveRevision === read.liveRevision &&
      !(isRunning(lease, now) && lease.deleting === true);
    const watchUntil = latestWatch(read, next, now);
    return this.#profiles.change(read.userId, unchanged, ({ watchUntil: _before, ...profile }) => ({
      ...profile,
      ...next,
      liveRevision: read.liveRevision + 1,
      ...(watchUntil !== undefined && { watchUntil }),
      ...(idleHour !== undefined && { idleHour }),
    }));
  }

  async listLive(limit: number, cursor?: LiveCursor): Promise<LivePage> {
    const listed = this.#profiles
      .indexed()
      .flatMap((profile) => toLiveStage(profile) ?? [])
      .filter((stage) => !cursor || keyOf(stage) < keyOf(cursor))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1));
    const stages = listed.slice(0, limit);
    const last = stages.at(-1);
    return {
      stages,
      ...(last && listed.length > limit && { cursor: { ownerId: last.ownerId, liveSince: last.liveSince } }),
    };
  }

  async *listWatched(): AsyncIterable<UserId> {
    const isWatched = ({ live, doubtful, watchUntil }: Profile) => live || doubtful || watchUntil !== undefined;
    const watched = this.#profiles.indexed().filter(isWatched);
    yield* watched.map(({ userId }) => userId).sort();
  }
}

const toLiveStage = ({ userId, displayName, visibility, liveSince, publisherCount }: Profile): LiveStage | undefined =>
  liveSince === null || visibility !== 'public'
    ? undefined
    : { ownerId: userId, displayName, liveSince, publisherCount };

const keyOf = ({ liveSince, ownerId }: LiveCursor): string => `${liveSince}#${ownerId}`;
