import { beforeEach, describe, expect, it } from '@jest/globals';
import { type LiveStatus, liveStatusOf, NOT_LIVE } from '../../lambdas/stages/live/publishers.ts';
import type { LiveCursor, LiveStatusChange, LiveStatusStore, ProfileStore } from '../../lambdas/stages/ports.ts';
import type { Lease, Profile, StageRecord } from '../../lambdas/stages/profile.ts';

const at = new Date('2026-01-01T10:20:30.000Z');
const until = at.getTime() + 5_000;

const stageOf = (userId: string, name: string): StageRecord => ({
  arn: `arn:aws:ivs:us-east-1:000000000000:stage/${name}`,
  name: `user-${userId}-stage`,
  createdAt: at.toISOString(),
  attemptId: `attempt-of-${name}`,
});

const liveSince = (time: string): LiveStatus =>
  liveStatusOf({ p1: { published: { at: Date.parse(time) * 1000 + 7, within: 1 } } });

const change = (status: LiveStatus, more: Partial<LiveStatusChange> = {}): LiveStatusChange => ({
  ...status,
  visibility: 'public',
  ...more,
});

export interface LiveStores {
  readonly profiles: ProfileStore;
  readonly liveStatus: LiveStatusStore;
}

/** What every LiveStatusStore promises: run against DynamoDB and memory. */
export function describeLiveStatusStore(name: string, newStores: () => Promise<LiveStores>): void {
  describe(`${name} as a LiveStatusStore`, () => {
    let profiles: ProfileStore;
    let store: LiveStatusStore;
    beforeEach(async () => {
      ({ profiles, liveStatus: store } = await newStores());
    });

    const visit = async (userId: string): Promise<Profile> =>
      profiles.recordVisit({
        userId,
        at,
        visibility: 'public',
        displayName: `name of ${userId}`,
        fallbackName: '',
        isSignIn: true,
      });
    const open = async (userId: string, stageName = userId): Promise<Profile> => {
      await visit(userId);
      const stage = stageOf(userId, stageName);
      await profiles.claimForCreation(userId, { attemptId: stage.attemptId, kind: 'create', until }, at);
      const profile = await profiles.commitStage(userId, stage, at);
      if (!profile) throw new Error('the stage could not be opened');
      return profile;
    };
    const goLive = async (userId: string, time: string) =>
      store.replace(await open(userId), change(liveSince(time)), at);
    const watched = async () => {
      const found: string[] = [];
      for await (const userId of store.listWatched()) found.push(userId);
      return found;
    };
    const listed = async (limit = 10, cursor?: LiveCursor) =>
      (await store.listLive(limit, cursor)).stages.map(({ ownerId }) => ownerId);

    it('writes what follows from the profile as read, and lists it', async () => {
      const status = liveSince('2026-01-01T10:00:00.123Z');
      const written = await store.replace(await open('ada'), change(status), at);
      expect(written).toMatchObject({ ...status, liveRevision: 1, liveSince: '2026-01-01T10:00:00.123Z' });
      expect(await profiles.get('ada')).toEqual(written);
      expect(await store.listLive(10)).toEqual({
        stages: [
          { ownerId: 'ada', displayName: 'name of ada', liveSince: '2026-01-01T10:00:00.123Z', publisherCount: 1 },
        ],
      });
      expect(await watched()).toEqual(['ada']);
    });

    it('refuses what follows from a profile that has changed since', async () => {
      const read = await open('ada');
      await store.replace(read, change(NOT_LIVE, { visibility: 'invited' }), at);
      expect(await store.replace(read, change(liveSince('2026-01-01T10:00:00.000Z')), at)).toBeUndefined();
      expect(await profiles.get('ada')).toMatchObject({ live: false, visibility: 'invited', liveRevision: 1 });
    });

    it('refuses what was read of another stage, of none, or of one that is gone', async () => {
      const none = await visit('ada');
      const first = await open('ada', 'first');
      const live = change(liveSince('2026-01-01T10:00:00.000Z'));
      expect(await store.replace(none, live, at)).toBeUndefined();
      await profiles.clearStage('ada', first.stage?.arn ?? '', false);
      expect(await store.replace(first, live, at)).toBeUndefined();
      await open('ada', 'second');
      expect(await store.replace(first, live, at)).toBeUndefined();
    });

    it('refuses a profile that is not there', async () => {
      const { userId: _gone, ...profile } = await open('ada');
      expect(await store.replace({ ...profile, userId: 'nobody' }, change(NOT_LIVE), at)).toBeUndefined();
      expect(await profiles.get('nobody')).toBeUndefined();
    });

    it('changes a profile without a stage too: its visibility', async () => {
      const changed = await store.replace(await visit('ada'), change(NOT_LIVE, { visibility: 'invited' }), at);
      expect(changed).toMatchObject({ visibility: 'invited' });
    });

    it('writes nothing while the stage is being deleted, until the lease ends', async () => {
      const read = await open('ada');
      const claim = { userId: 'ada', stageArn: read.stage?.arn ?? null };
      const lease: Lease = { attemptId: 'r1', kind: 'remove', until };
      await profiles.claimForRemoval(claim, lease, at);
      const status = change(liveSince('2026-01-01T10:00:00.000Z'));
      expect(await store.replace(read, change(NOT_LIVE), at)).toMatchObject({ liveRevision: 1 });
      expect(await profiles.confirmRemoval(claim, lease, at)).toBe(true);
      const deleting = (await profiles.get('ada')) as Profile;
      expect(deleting.lease).toMatchObject({ deleting: true });
      expect(await store.replace(deleting, status, new Date(until - 1))).toBeUndefined();
      expect(await store.replace(deleting, status, new Date(until))).toMatchObject({ live: true });
    });

    it('moves the profile in the idle index when it is told to', async () => {
      const read = await open('ada');
      await store.replace(read, change(liveSince('2026-01-01T10:00:00.000Z'), { idleHour: '2026-01-01T12' }), at);
      const idle: string[] = [];
      for await (const { idleHour } of profiles.listIdle()) idle.push(idleHour);
      expect(idle).toEqual(['2026-01-01T12']);
    });

    it('lists public stages newest first, page by page, and no empty last page', async () => {
      await goLive('ada', '2026-01-01T10:00:00.000Z');
      await goLive('grace', '2026-01-01T10:00:02.000Z');
      await goLive('joan', '2026-01-01T10:00:01.000Z');
      await goLive('mary', '2026-01-01T10:00:01.000Z');
      const { stages, cursor } = await store.listLive(2);
      expect(stages.map(({ ownerId }) => ownerId)).toEqual(['grace', 'mary']);
      expect(cursor).toEqual({ ownerId: 'mary', liveSince: '2026-01-01T10:00:01.000Z' });
      const rest = await store.listLive(2, cursor);
      expect(rest.stages.map(({ ownerId }) => ownerId)).toEqual(['joan', 'ada']);
      expect(rest).not.toHaveProperty('cursor');
      expect(await listed(2, { ownerId: 'zoe', liveSince: '2026-01-01T10:00:01.000Z' })).toEqual(['mary', 'joan']);
    });

    it('lists no private stage, but watches it', async () => {
      const live = await goLive('ada', '2026-01-01T10:00:00.000Z');
      await store.replace(live as Profile, change(live as Profile, { visibility: 'invited' }), at);
      expect(await listed()).toEqual([]);
      expect(await watched()).toEqual(['ada']);
    });

    it('watches what is in doubt, and nothing that is over', async () => {
      const live = (await goLive('ada', '2026-01-01T10:00:00.000Z')) as Profile;
      const over = (await store.replace(live, change(NOT_LIVE), at)) as Profile;
      expect([await listed(), await watched()]).toEqual([[], []]);
      const doubtful = liveStatusOf({ p1: { failed: { at: at.getTime() * 1000, within: 1 } } });
      await store.replace(over, change(doubtful), at);
      expect([await listed(), await watched()]).toEqual([[], ['ada']]);
    });

    it('watches a stage until the time that it was told, whatever is written meanwhile, and the longer of two', async () => {
      const inMinutes = (minutes: number) => new Date(at.getTime() + minutes * 60_000);
      const watch = (minutes: number) => change(NOT_LIVE, { watchUntil: inMinutes(minutes).toISOString() });
      const told = (await store.replace(await open('ada'), watch(25), at)) as Profile;
      expect([told.watchUntil, await listed(), await watched()]).toEqual([inMinutes(25).toISOString(), [], ['ada']]);
      const again = (await store.replace(told, watch(20), at)) as Profile;
      const other = (await store.replace(again, change(NOT_LIVE), inMinutes(24))) as Profile;
      expect([other.watchUntil, await watched()]).toEqual([inMinutes(25).toISOString(), ['ada']]);
      const over = (await store.replace(other, change(NOT_LIVE), inMinutes(25))) as Profile;
      expect([over.watchUntil, await watched()]).toEqual([undefined, []]);
    });

    it('lists and watches nothing of a stage that was forgotten', async () => {
      const live = await goLive('ada', '2026-01-01T10:00:00.000Z');
      await profiles.clearStage('ada', live?.stage?.arn ?? '', false);
      expect([await listed(), await watched()]).toEqual([[], []]);
      expect(await profiles.get('ada')).toMatchObject({ ...NOT_LIVE, liveRevision: 0 });
    });
  });
}
