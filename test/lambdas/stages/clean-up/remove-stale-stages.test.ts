import { beforeEach, describe, expect, it } from '@jest/globals';
import { removeStaleStages } from '../../../../lambdas/stages/clean-up/remove-stale-stages.ts';
import { tagsOf } from '../../../../lambdas/stages/stage-tags.ts';
import { inProcess } from '../../../support/process.ts';
import { cleanUp, putStage, signIn } from '../../../support/stage-life.ts';
import { createWorld, type World } from '../../../support/world.ts';

const [SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS] = [1_000, 60_000, 3_600_000, 86_400_000];

let world: World;
beforeEach(() => {
  world = createWorld();
});

const arnOf = async (userId: string) => (await world.profiles.get(userId))?.stage?.arn ?? '';
const stageOf = async (userId: string) => {
  const stage = world.ivs.stages.get(await arnOf(userId));
  if (!stage) throw new Error(`${userId} has no stage`);
  return stage;
};
const owners = () => [...world.ivs.stages.values()].map(({ tags }) => tags['stagedoor:owner']);
const orphan = (changes: Partial<Parameters<typeof tagsOf>[0]> = {}, extra: Record<string, string> = {}) =>
  world.ivs.add('user-ada-stage', {
    ...tagsOf({
      ownerId: 'ada',
      deployment: 'Stagedoor',
      attemptId: 'lost',
      createdAt: new Date(world.now().getTime() - 15 * MINUTE_MS).toISOString(),
      ...changes,
    }),
    ...extra,
  });

describe('a stale stage', () => {
  it('is removed with its pointer when nobody came for 30 days, and no other is', async () => {
    await signIn(world, 'ada');
    world.clock.advance(HOUR_MS);
    await signIn(world, 'grace');
    world.clock.advance(30 * DAY_MS);
    expect(await cleanUp(world)).toMatchObject({
      stale: { removed: 1 },
      oldestIdleHour: '2026-01-01T00',
      complete: true,
      dryRun: false,
    });
    expect(owners()).toEqual(['grace']);
    expect([...world.stageOwners.owners.values()]).toEqual(['grace']);
    expect((await world.profiles.get('ada'))?.stage).toBeUndefined();
  });

  it('is not removed in the hour in which the 30 days end', async () => {
    await signIn(world);
    world.clock.advance(30 * DAY_MS + HOUR_MS - 1);
    expect(await cleanUp(world)).toMatchObject({ stale: {} });
    world.clock.advance(1);
    expect(await cleanUp(world)).toMatchObject({ stale: { removed: 1 } });
  });

  it('costs two IVS calls, and the list one a page', async () => {
    for (let i = 0; i < 3; i++) await signIn(world, `user-${i}`);
    world.clock.advance(31 * DAY_MS);
    world.ivs.calls.length = 0;
    await cleanUp(world);
    const count = (name: string) => world.ivs.calls.filter(({ operation }) => operation === name).length;
    expect({ get: count('getStage'), delete: count('deleteStage'), list: count('listStages') }).toEqual({
      get: 3,
      delete: 3,
      list: 1,
    });
  });

  it.each([
    ['has a session', (stage: object) => Object.assign(stage, { activeSessionId: 'st-1' }), 'in-session'],
    ['is retained by the operator', retain, 'retained'],
    ['lost our tag', (stage: object) => Object.assign(stage, { tags: {} }), 'foreign'],
    [
      'carries the tag of another deployment',
      (stage: object) => Object.assign(stage, { tags: { 'stagedoor:deployment': 'Stagedoor-other' } }),
      'foreign',
    ],
  ])('stays when it %s, and waits its turn at the end of the index', async (_what, change, result) => {
    await signIn(world);
    change(await stageOf('ada'));
    world.clock.advance(31 * DAY_MS);
    expect(await cleanUp(world)).toMatchObject({ stale: { [result]: 1 } });
    expect(world.ivs.stages.size).toBe(1);
    expect((await world.profiles.get('ada'))?.lease).toBeUndefined();
    expect(await cleanUp(world)).toMatchObject({ stale: {} });
  });

  it('comes back at the next visit of its owner', async () => {
    await signIn(world);
    world.clock.advance(31 * DAY_MS);
    await cleanUp(world);
    expect(await putStage(world)).toMatchObject({ state: 'active' });
    expect(owners()).toEqual(['ada']);
  });

  it('is measured at the time that the run is given, whatever the clock says', async () => {
    await signIn(world);
    expect(await cleanUp(world, new Date(world.now().getTime() + 31 * DAY_MS))).toMatchObject({
      stale: { removed: 1 },
    });
  });

  it('that somebody else deleted is forgotten', async () => {
    await signIn(world);
    world.ivs.stages.clear();
    world.clock.advance(31 * DAY_MS);
    expect(await cleanUp(world)).toMatchObject({ stale: { gone: 1 } });
    expect((await world.profiles.get('ada'))?.stage).toBeUndefined();
  });

  it('is spared when its owner comes back before the claim', async () => {
    await signIn(world);
    world.clock.advance(31 * DAY_MS);
    const late = inProcess(world, {
      before: async ({ method }) => {
        if (method === 'claimForRemoval') await signIn(world);
      },
    });
    expect(await cleanUp(late)).toMatchObject({ stale: { spared: 1 } });
    expect(world.ivs.stages.size).toBe(1);
  });

  it.each([
    ['comes back', (live: World) => signIn(live)],
    [
      'is seen to publish',
      async (live: World) => {
        const profile = await live.profiles.get('ada');
        if (profile) await live.liveStatus.replace(profile, { ...profile, live: true }, live.now());
      },
    ],
  ])('is spared when its owner %s right before the delete', async (_what, wakeUp) => {
    await signIn(world);
    world.clock.advance(31 * DAY_MS);
    const late = inProcess(world, {
      before: async ({ method }) => {
        if (method === 'confirmRemoval') await wakeUp(world);
      },
    });
    expect(await cleanUp(late)).toMatchObject({ stale: { spared: 1 } });
    expect(world.ivs.stages.size).toBe(1);
    expect(await world.profiles.get('ada')).not.toHaveProperty('lease');
  });

  it('takes no live status any more once its delete is confirmed', async () => {
    await signIn(world);
    world.clock.advance(31 * DAY_MS);
    const answers: unknown[] = [];
    const late = inProcess(world, {
      before: async ({ method }) => {
        const profile = await world.profiles.get('ada');
        if (method === 'deleteStage' && profile) {
          answers.push(await world.liveStatus.replace(profile, { ...profile, live: true }, world.now()));
        }
      },
    });
    expect(await cleanUp(late)).toMatchObject({ stale: { removed: 1 } });
    expect(answers).toEqual([undefined]);
  });

  it('is spared when the delete could outlast the lease', async () => {
    await signIn(world);
    world.clock.advance(31 * DAY_MS);
    world.ivs.trouble = (operation) => (operation === 'getStage' ? { slowMs: 26 * SECOND_MS } : undefined);
    const patient: World = { ...world, deadline: () => new AbortController().signal };
    expect(await cleanUp(patient)).toMatchObject({ stale: { spared: 1 } });
    expect(world.ivs.stages.size).toBe(1);
    expect(await world.profiles.get('ada')).not.toHaveProperty('lease');
  });

  it('is removed when IVS throttles the delete at first', async () => {
    await signIn(world);
    world.clock.advance(31 * DAY_MS);
    let refusals = 2;
    world.ivs.trouble = (operation) => (operation === 'deleteStage' && refusals-- > 0 ? 'throttled' : undefined);
    expect(await cleanUp(world)).toMatchObject({ stale: { removed: 1 } });
  });

  it.each([
    ['throttled', false],
    ['denied', false],
    ['unknown', true],
  ] as const)('keeps the lease only when nobody knows what became of it: %s', async (reason, keeps) => {
    await signIn(world);
    world.clock.advance(31 * DAY_MS);
    world.ivs.trouble = (operation) => (operation === 'deleteStage' ? reason : undefined);
    expect(await cleanUp(world)).toMatchObject({ stale: { failed: 1 } });
    expect((await world.profiles.get('ada'))?.lease !== undefined).toBe(keeps);
  });

  it('that is kept comes up again when it is stale by the clock, however far ahead the run looked', async () => {
    await signIn(world);
    (await stageOf('ada')).tags = { ...(await stageOf('ada')).tags, 'stagedoor:retain': 'yes' };
    expect(await cleanUp(world, new Date('2999-01-01T00:00:00Z'))).toMatchObject({ stale: { retained: 1 } });
    world.clock.advance(31 * DAY_MS);
    expect(await cleanUp(world)).toMatchObject({ stale: { retained: 1 } });
  });

  it('stays open when IVS does not answer before anything was deleted', async () => {
    await signIn(world);
    world.clock.advance(31 * DAY_MS);
    world.ivs.trouble = (operation) => (operation === 'getStage' ? 'unknown' : undefined);
    expect(await cleanUp(world)).toMatchObject({ stale: { failed: 1 } });
    expect((await world.profiles.get('ada'))?.lease).toBeUndefined();
  });

  it('keeps its lease while nobody knows whether it was deleted, and is forgotten once the list tells', async () => {
    await signIn(world);
    world.clock.advance(31 * DAY_MS);
    world.ivs.trouble = (operation) => (operation === 'deleteStage' ? 'applied-then-lost' : undefined);
    let meanwhile: unknown;
    const listStages = world.ivs.listStages.bind(world.ivs);
    world.ivs.listStages = async (...args) => {
      meanwhile = (await world.profiles.get('ada'))?.lease;
      return listStages(...args);
    };
    expect(await cleanUp(world)).toMatchObject({ stale: { failed: 1 }, forgotten: 1 });
    expect(meanwhile).toMatchObject({ kind: 'remove', deleting: true });
    expect((await world.profiles.get('ada'))?.stage).toBeUndefined();
  });

  it('keeps its lease when it was deleted and what follows fails, so that nobody takes it for open', async () => {
    await signIn(world);
    world.clock.advance(31 * DAY_MS);
    const failing = inProcess(world, {
      before: ({ port, method }) => {
        if (port === 'stageOwners' && method === 'delete') throw new Error('no answer');
      },
    });
    expect(await cleanUp(failing)).toMatchObject({ stale: { failed: 1 } });
    expect((await world.profiles.get('ada'))?.lease).toMatchObject({ kind: 'remove' });
  });

  it('that makes trouble does not keep the others from being removed', async () => {
    await signIn(world, 'ada');
    await signIn(world, 'grace');
    world.clock.advance(31 * DAY_MS);
    let deletes = 0;
    world.ivs.trouble = (operation) => (operation === 'deleteStage' && ++deletes === 1 ? 'unknown' : undefined);
    expect(await cleanUp(world)).toMatchObject({ stale: { failed: 1, removed: 1 } });
    expect(world.log.messages('error')).toEqual(['a stale stage could not be removed']);
    world.clock.advance(MINUTE_MS);
    expect(await cleanUp(world)).toMatchObject({ stale: { removed: 1 } });
  });
});

describe('the sweep', () => {
  it('deletes an orphan whose owner has another stage, from 15 minutes on', async () => {
    await signIn(world);
    const named = await arnOf('ada');
    orphan({ createdAt: new Date(world.now().getTime() - 15 * MINUTE_MS + 1).toISOString() });
    expect(await cleanUp(world)).toMatchObject({ orphans: {} });
    world.clock.advance(1);
    expect(await cleanUp(world)).toMatchObject({ orphans: { deleted: 1 } });
    expect([...world.ivs.stages.keys()]).toEqual([named]);
  });

  it('gives an orphan to an owner who has none, and the next visit completes it', async () => {
    world.ivs.trouble = () => 'quota-reached';
    await signIn(world);
    world.ivs.trouble = () => undefined;
    const arn = orphan();
    expect(await cleanUp(world)).toMatchObject({ orphans: { adopted: 1 } });
    expect(await signIn(world)).toMatchObject({ state: 'active', profile: { stage: { arn, endpoints: {} } } });
    expect(world.stageOwners.owners.size).toBe(1);
  });

  it('deletes an orphan whose owner has no profile', async () => {
    orphan({ ownerId: 'nobody' });
    expect(await cleanUp(world)).toMatchObject({ orphans: { deleted: 1 } });
  });

  it('leaves an orphan while somebody makes a stage for its owner', async () => {
    world.ivs.trouble = () => 'quota-reached';
    await signIn(world);
    world.ivs.trouble = () => undefined;
    const lease = { attemptId: 'x', kind: 'create', until: world.now().getTime() + MINUTE_MS } as const;
    await world.profiles.claimForCreation('ada', lease, world.now());
    orphan();
    for (const dryRun of [true, false]) {
      expect(await cleanUp(world, world.now(), dryRun)).toMatchObject({ orphans: { left: 1 } });
    }
  });

  it.each([
    [
      'in-session',
      () => orphan(),
      (arn: string) => Object.assign(world.ivs.stages.get(arn) ?? {}, { activeSessionId: 'st-1' }),
    ],
    ['retained', () => orphan({}, { 'stagedoor:retain': '' }), () => undefined],
  ] as const)('leaves a surplus stage that is %s', async (result, add, change) => {
    await signIn(world);
    change(add());
    expect(await cleanUp(world)).toMatchObject({ orphans: { [result]: 1 } });
    expect(world.ivs.stages.size).toBe(2);
  });

  it('touches no stage of another deployment and none without our tags', async () => {
    orphan({ deployment: 'Stagedoor-other' });
    world.ivs.add('theirs', {});
    world.ivs.add('half ours', { 'stagedoor:deployment': 'Stagedoor' });
    expect(await cleanUp(world)).toMatchObject({ stages: 0, orphans: {} });
    expect(world.ivs.stages.size).toBe(3);
  });

  it('opens a stage again whose removal broke off before the delete', async () => {
    await signIn(world);
    const { idleHour = '' } = (await world.profiles.get('ada')) ?? {};
    const lease = { attemptId: 'died', kind: 'remove', until: world.now().getTime() + 1 } as const;
    await world.profiles.claimForRemoval({ userId: 'ada', stageArn: await arnOf('ada'), idleHour }, lease, world.now());
    world.clock.advance(2);
    expect(await cleanUp(world)).toMatchObject({ stale: {}, forgotten: 0, forgetFailed: 0 });
    expect((await world.profiles.get('ada'))?.lease).toBeUndefined();
    expect(world.ivs.stages.size).toBe(1);
  });

  it('adopts no stage that IVS only lists still', async () => {
    await signIn(world);
    const stage = { ...(await stageOf('ada')) };
    world.clock.advance(31 * DAY_MS);
    world.ivs.listStages = async () => ({ stages: [stage] });
    expect(await cleanUp(world)).toMatchObject({ stale: { removed: 1 }, orphans: {} });
    expect((await world.profiles.get('ada'))?.stage).toBeUndefined();
  });

  it('forgets a stage that a profile names and IVS does not have', async () => {
    await signIn(world, 'ada');
    await signIn(world, 'grace');
    world.ivs.stages.delete(await arnOf('ada'));
    expect(await cleanUp(world)).toMatchObject({ forgotten: 1, stages: 1 });
    expect(await world.profiles.get('ada')).not.toHaveProperty('stage');
    expect([...world.stageOwners.owners.values()]).toEqual(['grace']);
  });

  it('keeps a stage that the profile names, however far the index lags behind', async () => {
    await signIn(world);
    world.clock.advance(HOUR_MS);
    world.profiles.listIdle = async function* () {};
    expect(await cleanUp(world)).toMatchObject({ stages: 1, orphans: {} });
    expect(world.ivs.stages.size).toBe(1);
  });

  it('looks at an orphan again before it deletes it: the list may be out of date', async () => {
    await signIn(world);
    const arn = orphan();
    const page = await world.ivs.listStages(undefined, new AbortController().signal);
    world.ivs.listStages = async () => page;
    Object.assign(world.ivs.stages.get(arn) ?? {}, { activeSessionId: 'st-1' });
    expect(await cleanUp(world)).toMatchObject({ orphans: { 'in-session': 1 } });
  });

  it('asks IVS before it forgets: the list may be out of date', async () => {
    await signIn(world);
    world.ivs.listStages = async () => ({ stages: [] });
    expect(await cleanUp(world)).toMatchObject({ forgotten: 0 });
    expect(await arnOf('ada')).not.toBe('');
  });
});

describe('a run', () => {
  it('changes nothing when it is dry, and reports what it would do', async () => {
    await signIn(world, 'ada');
    await signIn(world, 'gone');
    world.clock.advance(31 * DAY_MS);
    await signIn(world, 'grace');
    world.ivs.stages.delete(await arnOf('gone'));
    orphan({ ownerId: 'grace' });
    const before = JSON.stringify([world.profiles.all(), [...world.ivs.stages], [...world.stageOwners.owners]]);
    expect(await cleanUp(world, world.now(), true)).toMatchObject({
      dryRun: true,
      stale: { removed: 1, gone: 1 },
      orphans: { deleted: 1 },
      forgotten: 1,
    });
    expect(JSON.stringify([world.profiles.all(), [...world.ivs.stages], [...world.stageOwners.owners]])).toBe(before);
  });

  it('makes at most four calls a second of each operation', async () => {
    for (let i = 0; i < 20; i++) await signIn(world, `user-${i}`);
    world.clock.advance(31 * DAY_MS);
    world.ivs.calls.length = 0;
    await cleanUp(world);
    for (const operation of ['getStage', 'deleteStage', 'listStages']) {
      const times = world.ivs.calls.filter((call) => call.operation === operation).map(({ at }) => at);
      for (const [i, at] of times.entries())
        expect((times[i + 4] ?? Number.POSITIVE_INFINITY) - at).toBeGreaterThanOrEqual(1_000);
    }
  });

  it('waits and goes on when IVS throttles it', async () => {
    await signIn(world);
    world.clock.advance(31 * DAY_MS);
    let refusals = 3;
    world.ivs.trouble = () => (refusals-- > 0 ? 'throttled' : undefined);
    expect(await cleanUp(world)).toMatchObject({ stale: { removed: 1 } });
  });

  it('stops before its time is over and says that it is not complete', async () => {
    for (let i = 0; i < 5; i++) await signIn(world, `user-${i}`);
    world.clock.advance(31 * DAY_MS);
    const stopAt = new Date(world.now().getTime() + 500);
    const outcome = await removeStaleStages(world)({ asOf: world.now(), stopAt, dryRun: false });
    expect(outcome).toMatchObject({ complete: false, stale: { removed: 3 } });
    expect(await cleanUp(world)).toMatchObject({ complete: true, stale: { removed: 2 } });
  });

  it('goes on after the last profile that the run before it saw, and then from the front again', async () => {
    for (let i = 0; i < 5; i++) await signIn(world, `user-${i}`);
    world.clock.advance(31 * DAY_MS);
    world.ivs.trouble = (operation) => (operation === 'deleteStage' ? 'denied' : undefined);
    const run = (ms: number) => {
      world.userDirectory.asked.length = 0;
      const stopAt = new Date(world.now().getTime() + ms);
      return removeStaleStages(world)({ asOf: world.now(), stopAt, dryRun: false });
    };
    expect(await run(500)).toMatchObject({ complete: false, stale: { failed: 3 } });
    expect(world.userDirectory.asked).toEqual(['user-0', 'user-1', 'user-2']);
    expect(await run(0)).toMatchObject({ complete: false, stale: {} });
    expect(await run(MINUTE_MS)).toMatchObject({ complete: true, stale: { failed: 2 } });
    expect(world.userDirectory.asked).toEqual(['user-3', 'user-4']);
    expect(await run(MINUTE_MS)).toMatchObject({ complete: true, stale: { failed: 5 } });
    expect(world.userDirectory.asked).toHaveLength(5);
  });

  it('starts from the front after one that failed', async () => {
    world.runLeases.cursors.set('clean-up', '2026-02-01T00#zoe');
    world.ivs.trouble = () => 'denied';
    await expect(cleanUp(world)).rejects.toThrow('listStages: denied');
    expect(world.runLeases.cursors.size).toBe(0);
  });

  it('looks at everything when it is dry, and leaves the place where the next real one goes on', async () => {
    await signIn(world);
    world.clock.advance(31 * DAY_MS);
    world.runLeases.cursors.set('clean-up', '2026-01-01T00#zoe');
    expect(await cleanUp(world, world.now(), true)).toMatchObject({ stale: { removed: 1 } });
    expect(world.runLeases.cursors.get('clean-up')).toBe('2026-01-01T00#zoe');
  });

  it('reads no profile again that has no stage and whose user is there', async () => {
    for (let i = 0; i < 3; i++) await signIn(world, `user-${i}`);
    world.clock.advance(31 * DAY_MS);
    await cleanUp(world);
    world.ivs.calls.length = 0;
    world.userDirectory.asked.length = 0;
    await cleanUp(world);
    expect(world.userDirectory.asked).toEqual([]);
    expect(world.ivs.calls.map(({ operation }) => operation)).toEqual(['listStages']);
  });

  it('counts for the operator, and only what it counted', async () => {
    await signIn(world, 'ada');
    world.clock.advance(31 * DAY_MS);
    await signIn(world, 'grace');
    orphan({ ownerId: 'grace' });
    world.ivs.add('theirs', {});
    await cleanUp(world);
    expect(world.metrics.records.at(-1)).toEqual({
      StagesInUse: 2,
      StagesInRegion: 3,
      StageQuotaUsed: 0.3,
      ForeignStages: 0,
      StagesRemoved: 2,
      OrphansFound: 1,
      CleanUpFailures: 0,
      CleanUpSeconds: 0.25,
      OldestIdleHours: 31 * 24,
      UsersForgotten: 0,
      UsersGoneRefused: 0,
    });
    world.clock.advance(HOUR_MS);
    await removeStaleStages(world)({ asOf: world.now(), stopAt: world.now(), dryRun: false });
    expect(world.metrics.records.at(-1)).not.toHaveProperty('StagesInUse');
    expect(world.metrics.records.at(-1)).toMatchObject({ OldestIdleHours: 1, CleanUpSeconds: 0 });
  });

  it('counts nothing when it is dry', async () => {
    await signIn(world);
    world.metrics.records.length = 0;
    await cleanUp(world, world.now(), true);
    expect(world.metrics.records).toEqual([]);
  });

  it('begins no sweep when removing took all the time', async () => {
    for (let i = 0; i < 5; i++) await signIn(world, `user-${i}`);
    world.clock.advance(31 * DAY_MS);
    world.ivs.calls.length = 0;
    const stopAt = new Date(world.now().getTime() + 500);
    await removeStaleStages(world)({ asOf: world.now(), stopAt, dryRun: false });
    expect(world.ivs.calls.map(({ operation }) => operation)).not.toContain('listStages');
  });

  it('stops in the middle of the list, and takes nothing for an orphan that it did not come to', async () => {
    for (let i = 0; i < 20; i++) await signIn(world, `user-${i}`);
    world.clock.advance(HOUR_MS);
    world.ivs.calls.length = 0;
    const stopAt = new Date(world.now().getTime() + 1_000);
    expect(await removeStaleStages(world)({ asOf: world.now(), stopAt, dryRun: false })).toMatchObject({
      complete: false,
      orphans: {},
      forgotten: 0,
    });
    expect(world.ivs.calls).toHaveLength(5);
  });

  it.each([
    ['orphans', 2_400],
    ['forgotten', 1_000],
  ])('stops in the middle of the %s', async (what, ms) => {
    for (let i = 0; i < 8; i++) {
      await signIn(world, `user-${i}`);
      if (what === 'orphans') orphan({ ownerId: `user-${i}` });
      else world.ivs.stages.delete(await arnOf(`user-${i}`));
    }
    const stopAt = new Date(world.now().getTime() + ms);
    const outcome = await removeStaleStages(world)({ asOf: world.now(), stopAt, dryRun: false });
    expect(outcome).toMatchObject({ complete: false });
    expect(await cleanUp(world)).toMatchObject({ complete: true });
    expect(world.ivs.stages.size).toBe(what === 'orphans' ? 8 : 0);
  });

  it('does not run beside another one, and gives its place back when it fails', async () => {
    const inside = inProcess(world, {
      before: async ({ method }) => {
        if (method === 'listStages') await expect(cleanUp(world)).rejects.toThrow('another run is under way');
      },
    });
    await cleanUp(inside);
    await signIn(world);
    world.ivs.trouble = () => 'denied';
    await expect(cleanUp(world)).rejects.toThrow('listStages: denied');
    world.ivs.trouble = () => undefined;
    await expect(cleanUp(world)).resolves.toMatchObject({ complete: true });
  });

  it('takes a profile that has no stage out of the idle index when it is stale', async () => {
    world.ivs.trouble = () => 'quota-reached';
    await signIn(world);
    world.ivs.trouble = () => undefined;
    world.clock.advance(31 * DAY_MS);
    expect(await cleanUp(world)).toMatchObject({ stale: {} });
    expect(await world.profiles.get('ada')).not.toHaveProperty('idleHour');
  });
});

function retain(stage: { tags: Readonly<Record<string, string>> }) {
  stage.tags = { ...stage.tags, 'stagedoor:retain': 'true' };
}
