import { beforeEach, describe, expect, it } from '@jest/globals';
import { NOT_LIVE } from '../../lambdas/stages/live/publishers.ts';
import type { IdleProfile, IdleRange, ProfileStore, Visit } from '../../lambdas/stages/ports.ts';
import type { Lease, StageRecord } from '../../lambdas/stages/profile.ts';

const at = new Date('2026-01-01T10:20:30.000Z');
const later = (seconds: number) => new Date(at.getTime() + seconds * 1000);
const until = later(5).getTime();
const creation: Lease = { attemptId: 'a1', kind: 'create', until };
const removal: Lease = { attemptId: 'r1', kind: 'remove', until };
const stage: StageRecord = {
  arn: 'arn:aws:ivs:us-east-1:000000000000:stage/one',
  name: 'user-u1-stage',
  createdAt: at.toISOString(),
  attemptId: 'a1',
  endpoints: { whip: 'https://whip.invalid', events: 'wss://events.invalid' },
  endpointsAt: at.toISOString(),
  checkedAt: at.toISOString(),
};
const otherStage: StageRecord = { ...stage, arn: 'arn:aws:ivs:us-east-1:000000000000:stage/two', attemptId: 'a2' };
const visit = (changes: Partial<Visit> = {}): Visit => ({
  userId: 'u1',
  at,
  visibility: 'public',
  displayName: 'Ada',
  fallbackName: 'Guest-1234',
  isSignIn: true,
  ...changes,
});

/** What every ProfileStore promises: run against DynamoDB and memory, so that simulations on the twin are about the real one. */
export function describeProfileStore(name: string, newStore: () => Promise<ProfileStore>): void {
  describe(`${name} as a ProfileStore`, () => {
    let store: ProfileStore;
    beforeEach(async () => {
      store = await newStore();
    });

    const withStage = async () => {
      await store.recordVisit(visit());
      await store.claimForCreation('u1', creation, at);
      await store.commitStage('u1', stage, at);
    };
    const idle = { userId: 'u1', idleHour: '2026-01-01T10', stageArn: stage.arn };
    const listed = async (range?: IdleRange) => {
      const found: IdleProfile[] = [];
      for await (const profile of store.listIdle(range)) found.push(profile);
      return found;
    };

    it('knows nobody at first', async () => {
      expect(await store.get('u1')).toBeUndefined();
      expect(await listed()).toEqual([]);
    });

    it('makes a profile at the first visit and returns it', async () => {
      const profile = await store.recordVisit(visit());
      expect(profile).toEqual({
        userId: 'u1',
        displayName: 'Ada',
        visibility: 'public',
        idleHour: '2026-01-01T10',
        ...NOT_LIVE,
        liveRevision: 0,
      });
      expect(await store.get('u1')).toEqual(profile);
    });

    it('keeps stage, visibility and known name at a later visit, and moves the idle hour', async () => {
      await store.recordVisit(visit({ visibility: 'invited' }));
      await withStage();
      const { displayName: _none, ...nameless } = visit({ at: later(3600) });
      const profile = await store.recordVisit(nameless);
      expect(profile).toMatchObject({ displayName: 'Ada', visibility: 'invited', idleHour: '2026-01-01T11', stage });
    });

    it('falls back to the given name when no name was ever known', async () => {
      const { displayName: _none, ...nameless } = visit();
      expect(await store.recordVisit(nameless)).toMatchObject({ displayName: 'Guest-1234' });
    });

    it('gives the lease to one attempt, and to the same one again', async () => {
      await store.recordVisit(visit());
      expect(await store.claimForCreation('u1', creation, at)).toBe(true);
      expect(await store.claimForCreation('u1', { ...creation, attemptId: 'a2' }, at)).toBe(false);
      expect(await store.claimForCreation('u1', creation, at)).toBe(true);
    });

    it('gives a lease away from the millisecond at which it ends', async () => {
      await store.recordVisit(visit());
      await store.claimForCreation('u1', creation, at);
      const next: Lease = { attemptId: 'a2', kind: 'create', until: until + 5000 };
      expect(await store.claimForCreation('u1', next, new Date(until - 1))).toBe(false);
      expect(await store.claimForCreation('u1', next, new Date(until))).toBe(true);
    });

    it('gives no lease to create where there is a stage, or no profile', async () => {
      expect(await store.claimForCreation('u1', creation, at)).toBe(false);
      await withStage();
      expect(await store.claimForCreation('u1', { ...creation, attemptId: 'a2' }, later(60))).toBe(false);
    });

    it('names the stage while the lease runs, and ends lease and queueing', async () => {
      await store.recordVisit(visit());
      await store.markQueued('u1', { queuedAt: at.toISOString(), replaces: undefined, attemptId: undefined });
      await store.claimForCreation('u1', creation, at);
      const profile = await store.commitStage('u1', stage, new Date(until - 1));
      expect(profile).toMatchObject({ stage });
      expect(profile?.lease).toBeUndefined();
      expect(profile?.queuedAt).toBeUndefined();
    });

    it('answers a commit that is sent again like the first one', async () => {
      await withStage();
      expect(await store.commitStage('u1', stage, later(1))).toMatchObject({ stage });
    });

    it('refuses a commit at the end of the lease, without a lease, and over another stage', async () => {
      await store.recordVisit(visit());
      expect(await store.commitStage('u1', stage, at)).toBeUndefined();
      await store.claimForCreation('u1', creation, at);
      expect(await store.commitStage('u1', stage, new Date(until))).toBeUndefined();
      await store.commitStage('u1', stage, at);
      expect(await store.commitStage('u1', otherStage, at)).toBeUndefined();
      expect(await store.commitStage('u1', { ...stage, attemptId: 'a2' }, at)).toBeUndefined();
      expect((await store.get('u1'))?.stage).toEqual(stage);
    });

    it('marks one wait in the queue, ends the attempt, and answers again alike', async () => {
      await store.recordVisit(visit());
      await store.claimForCreation('u1', creation, at);
      const queueing = { queuedAt: at.toISOString(), replaces: undefined, attemptId: 'a1' };
      expect(await store.markQueued('u1', queueing)).toBe(true);
      expect(await store.markQueued('u1', queueing)).toBe(true);
      expect(await store.markQueued('u1', { ...queueing, queuedAt: later(1).toISOString() })).toBe(false);
      const profile = await store.get('u1');
      expect(profile).toMatchObject({ queuedAt: at.toISOString() });
      expect(profile?.lease).toBeUndefined();
    });

    it('marks no wait for an attempt that lost its lease or was overtaken', async () => {
      await store.recordVisit(visit());
      await store.claimForCreation('u1', { ...creation, attemptId: 'a2' }, at);
      const queueing = { queuedAt: at.toISOString(), replaces: undefined, attemptId: 'a1' };
      expect(await store.markQueued('u1', queueing)).toBe(false);
      await store.commitStage('u1', otherStage, at);
      expect(await store.markQueued('u1', queueing)).toBe(false);
    });

    it('replaces a wait that ran out, and only that one', async () => {
      await store.recordVisit(visit());
      const first = at.toISOString();
      await store.markQueued('u1', { queuedAt: first, replaces: undefined, attemptId: undefined });
      const second = later(90).toISOString();
      expect(
        await store.markQueued('u1', { queuedAt: second, replaces: later(1).toISOString(), attemptId: undefined }),
      ).toBe(false);
      expect(await store.markQueued('u1', { queuedAt: second, replaces: first, attemptId: undefined })).toBe(true);
      await store.unmarkQueued('u1', first);
      expect(await store.get('u1')).toMatchObject({ queuedAt: second });
      await store.unmarkQueued('u1', second);
      expect((await store.get('u1'))?.queuedAt).toBeUndefined();
    });

    it('marks a wait beside a removal and leaves its lease alone', async () => {
      await withStage();
      await store.claimForRemoval(idle, removal, at);
      const queueing = { queuedAt: at.toISOString(), replaces: undefined, attemptId: undefined };
      expect(await store.markQueued('u1', queueing)).toBe(true);
      expect(await store.get('u1')).toMatchObject({ lease: removal, queuedAt: at.toISOString() });
    });

    it('gives the lease to remove for the stage and the idleness that were seen', async () => {
      await withStage();
      expect(await store.claimForRemoval({ ...idle, stageArn: otherStage.arn }, removal, at)).toBe(false);
      expect(await store.claimForRemoval({ ...idle, idleHour: '2026-01-01T09' }, removal, at)).toBe(false);
      expect(await store.claimForRemoval(idle, removal, at)).toBe(true);
      expect(await store.claimForRemoval(idle, removal, at)).toBe(true);
      expect(await store.claimForRemoval(idle, { ...removal, attemptId: 'r2' }, at)).toBe(false);
      expect(await store.claimForRemoval(idle, { ...removal, attemptId: 'r2' }, new Date(until))).toBe(true);
    });

    it('gives the lease to remove whatever the idleness when the claim leaves it open', async () => {
      await withStage();
      expect(await store.claimForRemoval({ userId: 'u1', stageArn: stage.arn }, removal, at)).toBe(true);
    });

    it('gives the lease to remove a profile without a stage, if it exists and has none', async () => {
      const bare = { userId: 'u1', stageArn: null };
      expect(await store.claimForRemoval(bare, removal, at)).toBe(false);
      expect(await store.get('u1')).toBeUndefined();
      await store.recordVisit(visit());
      expect(await store.claimForRemoval({ ...bare, idleHour: '2026-01-01T09' }, removal, at)).toBe(false);
      expect(await store.claimForRemoval({ ...bare, idleHour: '2026-01-01T10' }, removal, at)).toBe(true);
      await store.releaseLease('u1', 'r1');
      await withStage();
      expect(await store.claimForRemoval(bare, removal, at)).toBe(false);
    });

    it('confirms a removal to the holder of the lease, again too, and a visit keeps it confirmed', async () => {
      await withStage();
      await store.claimForRemoval(idle, removal, at);
      expect(await store.confirmRemoval(idle, { ...removal, attemptId: 'r2' }, at)).toBe(false);
      expect((await store.get('u1'))?.lease).toEqual(removal);
      expect(await store.confirmRemoval(idle, removal, at)).toBe(true);
      expect(await store.confirmRemoval(idle, removal, at)).toBe(true);
      await store.recordVisit(visit({ at: later(3600) }));
      expect((await store.get('u1'))?.lease).toEqual({ ...removal, deleting: true });
    });

    it('confirms no removal at the end of the lease, without one, or of another stage', async () => {
      await withStage();
      expect(await store.confirmRemoval(idle, removal, at)).toBe(false);
      await store.claimForRemoval(idle, removal, at);
      expect(await store.confirmRemoval({ ...idle, stageArn: otherStage.arn }, removal, at)).toBe(false);
      expect(await store.confirmRemoval({ ...idle, stageArn: null }, removal, at)).toBe(false);
      expect(await store.confirmRemoval(idle, removal, new Date(until))).toBe(false);
      expect(await store.confirmRemoval(idle, removal, new Date(until - 1))).toBe(true);
    });

    it('confirms no removal when somebody visited since the claim, unless the claim leaves that open', async () => {
      await withStage();
      await store.claimForRemoval(idle, removal, at);
      await store.recordVisit(visit({ at: later(3600) }));
      expect(await store.confirmRemoval(idle, removal, at)).toBe(false);
      expect(await store.confirmRemoval({ userId: 'u1', stageArn: stage.arn }, removal, at)).toBe(true);
    });

    it('deletes a profile to the holder of the lease, and answers again alike', async () => {
      await withStage();
      await store.claimForRemoval(idle, removal, at);
      expect(await store.deleteProfile('u1', 'r2')).toBe(false);
      expect((await store.get('u1'))?.stage).toEqual(stage);
      expect(await store.deleteProfile('u1', 'r1')).toBe(true);
      expect(await store.deleteProfile('u1', 'r1')).toBe(true);
      expect(await store.get('u1')).toBeUndefined();
    });

    it('deletes no profile that nobody claimed', async () => {
      await withStage();
      expect(await store.deleteProfile('u1', 'r1')).toBe(false);
    });

    it('brings no deleted profile back by what comes too late', async () => {
      await withStage();
      await store.claimForRemoval(idle, removal, at);
      await store.deleteProfile('u1', 'r1');
      await store.recordAbsence('u1', at.toISOString());
      await store.recordAbsence('u1', undefined);
      await store.clearStage('u1', stage.arn, true);
      await store.leaveIdleIndex(idle);
      await store.releaseLease('u1', 'r1', '2026-01-01T11');
      expect(await store.commitStage('u1', stage, at)).toBeUndefined();
      expect(await store.recordCheck('u1', stage, removal)).toBeUndefined();
      expect(await store.confirmRemoval(idle, removal, at)).toBe(false);
      expect(await store.adoptStage('u1', stage, at)).toBe(false);
      expect(await store.get('u1')).toBeUndefined();
    });

    it('notes since when a user is absent, until they are seen again', async () => {
      await store.recordVisit(visit());
      await store.recordAbsence('u1', at.toISOString());
      await store.recordAbsence('u1', later(60).toISOString());
      expect(await store.get('u1')).toMatchObject({ absentSince: at.toISOString() });
      expect(await listed()).toEqual([{ userId: 'u1', idleHour: '2026-01-01T10', absentSince: at.toISOString() }]);
      await store.recordAbsence('u1', undefined);
      expect(await store.get('u1')).not.toHaveProperty('absentSince');
      await store.recordAbsence('u1', later(60).toISOString());
      expect(await store.recordVisit(visit())).not.toHaveProperty('absentSince');
    });

    it('releases a lease to its holder only, and moves the profile in the idle index', async () => {
      await withStage();
      await store.claimForRemoval(idle, removal, at);
      await store.releaseLease('u1', 'somebody else');
      expect((await store.get('u1'))?.lease).toEqual(removal);
      await store.releaseLease('u1', 'r1', '2026-02-01T00');
      expect((await store.get('u1'))?.lease).toBeUndefined();
      expect(await listed()).toEqual([{ ...idle, idleHour: '2026-02-01T00' }]);
    });

    it('forgets a stage with all that belongs to it, if it is still that one', async () => {
      await withStage();
      await store.claimForRemoval(idle, removal, at);
      await store.clearStage('u1', otherStage.arn, false);
      expect((await store.get('u1'))?.stage).toEqual(stage);
      await store.clearStage('u1', stage.arn, false);
      await store.clearStage('u1', stage.arn, false);
      expect(await store.get('u1')).toEqual({
        userId: 'u1',
        displayName: 'Ada',
        visibility: 'public',
        ...NOT_LIVE,
        liveRevision: 0,
      });
      expect(await listed()).toEqual([]);
    });

    it('forgets a stage and keeps the place in the idle index when it is told to', async () => {
      await withStage();
      await store.claimForRemoval(idle, removal, at);
      await store.clearStage('u1', stage.arn, true);
      expect(await listed()).toEqual([{ userId: 'u1', idleHour: '2026-01-01T10' }]);
      expect(await store.get('u1')).not.toHaveProperty('lease');
    });

    it('records a check of the stage it names, and ends a removal that broke off and a wait', async () => {
      await withStage();
      await store.markQueued('u1', { queuedAt: at.toISOString(), replaces: undefined, attemptId: undefined });
      const checked = { ...stage, checkedAt: later(60).toISOString() };
      expect(await store.recordCheck('u1', otherStage)).toBeUndefined();
      expect(await store.recordCheck('u1', checked)).toMatchObject({ stage: checked });
      expect(await store.get('u1')).not.toHaveProperty('queuedAt');
      await store.claimForRemoval(idle, removal, at);
      expect(await store.recordCheck('u1', checked)).toBeUndefined();
      expect((await store.recordCheck('u1', checked, removal))?.lease).toBeUndefined();
      expect(await store.recordCheck('u1', checked, removal)).toMatchObject({ stage: checked });
    });

    it('adopts an orphan for a profile that names no stage and has no running lease', async () => {
      const { endpoints: _e, endpointsAt: _a, checkedAt: _c, ...orphan } = stage;
      expect(await store.adoptStage('u1', orphan, at)).toBe(false);
      await store.recordVisit(visit());
      await store.claimForCreation('u1', { ...creation, attemptId: 'a9' }, at);
      expect(await store.adoptStage('u1', orphan, at)).toBe(false);
      expect(await store.adoptStage('u1', orphan, new Date(until))).toBe(true);
      expect(await store.adoptStage('u1', orphan, new Date(until))).toBe(true);
      expect(await store.adoptStage('u1', otherStage, new Date(until))).toBe(false);
      expect(await store.get('u1')).toMatchObject({ stage: orphan });
    });

    it('lists profiles longest idle first, up to but not including an hour, and after one of them', async () => {
      await store.recordVisit(visit({ userId: 'u3', at: later(7200) }));
      await store.recordVisit(visit({ userId: 'u2', at: later(3600) }));
      await withStage();
      expect(await listed()).toEqual([
        idle,
        { userId: 'u2', idleHour: '2026-01-01T11' },
        { userId: 'u3', idleHour: '2026-01-01T12' },
      ]);
      expect(await listed({ before: '2026-01-01T11' })).toEqual([idle]);
      const u2 = { userId: 'u2', idleHour: '2026-01-01T11' };
      expect(await listed({ after: idle, before: '2026-01-01T12' })).toEqual([u2]);
      expect(await listed({ after: u2 })).toEqual([{ userId: 'u3', idleHour: '2026-01-01T12' }]);
      // The place stays one when its profile has left it.
      expect(await listed({ after: { userId: 'u2', idleHour: '2026-01-01T10' } })).toHaveLength(2);
    });

    it('takes a profile without a stage out of the idle index, if it was idle since then', async () => {
      await withStage();
      await store.leaveIdleIndex(idle);
      await store.recordVisit(visit({ userId: 'u2' }));
      await store.leaveIdleIndex({ userId: 'u2', idleHour: '2026-01-01T09' });
      expect(await listed()).toHaveLength(2);
      await store.leaveIdleIndex({ userId: 'u2', idleHour: '2026-01-01T10' });
      expect(await listed()).toEqual([idle]);
    });
  });
}
