import { describe, expect, it } from '@jest/globals';
import { NOT_LIVE } from '../../../lambdas/stages/live/publishers.ts';
import { type Lease, latestWatch, type Profile, stageStatus } from '../../../lambdas/stages/profile.ts';
import { toUserStage } from '../../../lambdas/stages/user-stage-view.ts';

const now = new Date('2026-01-01T12:00:00.000Z');
const ago = (ms: number) => new Date(now.getTime() - ms).toISOString();
const profile: Profile = { ...NOT_LIVE, userId: 'ada', displayName: 'Ada', visibility: 'public', liveRevision: 0 };
const stage = { arn: 'arn:s', name: 'user-ada-stage', createdAt: ago(60_000), attemptId: 'a1' };
const lease = (kind: Lease['kind'], endsInMs: number) => ({
  lease: { attemptId: 'a2', kind, until: now.getTime() + endsInMs },
});

describe('the status of a stage', () => {
  it.each([
    ['is active while the profile names it', { stage }, 'active'],
    ['is inactive when there is none', {}, 'inactive'],
    ['is provisioning while somebody makes it', lease('create', 1), 'provisioning'],
    ['is inactive when that attempt broke off', lease('create', 0), 'inactive'],
    ['is inactive while it is being removed', { stage, ...lease('remove', 1) }, 'inactive'],
    ['is inactive when a removal broke off: nobody knows', { stage, ...lease('remove', 0) }, 'inactive'],
    ['is provisioning while its user waits in the queue', { queuedAt: ago(15 * 60_000 - 1) }, 'provisioning'],
    ['is inactive when the message must have got lost', { queuedAt: ago(15 * 60_000) }, 'inactive'],
  ] as const)('%s', (_what, facts, status) => {
    expect(stageStatus({ ...profile, ...facts }, now)).toBe(status);
  });

  it('decides whether the owner is told its ARN', () => {
    expect(toUserStage({ ...profile, stage }, now)).toMatchObject({ status: 'active', arn: 'arn:s' });
    expect(toUserStage({ ...profile, stage, ...lease('remove', 1) }, now)).not.toHaveProperty('arn');
  });
});

describe('a watch for banned users', () => {
  const [over, soon, late] = [ago(0), ago(-1), ago(-60_000)] as const;

  it.each([
    ['lasts as long as the later of two', soon, late, late],
    ['is not cut short by a write that knows of an earlier one', late, soon, late],
    ['is not ended by a write that knows of none', late, undefined, late],
    ['is forgotten when it is over', over, undefined, undefined],
    ['that is over gives way to one that runs', over, soon, soon],
  ])('%s', (_what, known, next, expected) => {
    const watch = (watchUntil: string | undefined) => (watchUntil === undefined ? {} : { watchUntil });
    expect(latestWatch(watch(known), watch(next), now)).toBe(expected);
  });
});
