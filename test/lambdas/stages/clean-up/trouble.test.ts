import { beforeEach, describe, expect, it } from '@jest/globals';
import { type CleanUpReport, NO_USERS, recordCleanUp } from '../../../../lambdas/stages/clean-up/clean-up-report.ts';
import { removeStaleStages } from '../../../../lambdas/stages/clean-up/remove-stale-stages.ts';
import { NOTHING_SWEPT } from '../../../../lambdas/stages/clean-up/sweep-stages.ts';
import { tagsOf } from '../../../../lambdas/stages/stage-tags.ts';
import { cleanUp, signIn } from '../../../support/stage-life.ts';
import { createWorld, type World } from '../../../support/world.ts';

const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];

let world: World;
beforeEach(() => {
  world = createWorld();
});

const arnOf = async (userId: string) => (await world.profiles.get(userId))?.stage?.arn ?? '';
const addOrphan = (ownerId: string) => {
  const createdAt = new Date(world.now().getTime() - 15 * MINUTE_MS).toISOString();
  const origin = { ownerId, deployment: 'Stagedoor', attemptId: 'lost', createdAt };
  return world.ivs.add(`user-${ownerId}-stage`, tagsOf(origin));
};
const breakOffRemoval = async (userId: string) => {
  const { idleHour = '' } = (await world.profiles.get(userId)) ?? {};
  const claim = { userId, stageArn: await arnOf(userId), idleHour };
  await world.profiles.claimForRemoval(claim, { attemptId: `of-${userId}`, kind: 'remove', until: 0 }, world.now());
};
/** Fails for one user, as DynamoDB may. */
const failsFor =
  <Rest extends readonly unknown[], T>(userId: string, call: (id: string, ...rest: Rest) => Promise<T>) =>
  async (id: string, ...rest: Rest): Promise<T> => {
    if (id === userId) throw new Error('no table');
    return call(id, ...rest);
  };

describe('trouble with one does not keep a run from the others, is counted and told:', () => {
  it('an orphan', async () => {
    addOrphan('ada');
    addOrphan('grace');
    world.profiles.get = failsFor('ada', world.profiles.get.bind(world.profiles));
    expect(await cleanUp(world)).toMatchObject({ orphans: { failed: 1, deleted: 1 }, complete: true });
    expect(world.log.messages('error')).toEqual(['an orphan could not be settled']);
  });

  it('a stage that IVS does not have', async () => {
    for (const userId of ['ada', 'grace']) await signIn(world, userId);
    world.ivs.stages.clear();
    world.profiles.clearStage = failsFor('ada', world.profiles.clearStage.bind(world.profiles));
    expect(await cleanUp(world)).toMatchObject({ forgotten: 1, forgetFailed: 1 });
    expect(world.log.messages('error')).toEqual(['a missing stage could not be forgotten']);
  });

  it('a removal that broke off', async () => {
    for (const userId of ['ada', 'grace']) {
      await signIn(world, userId);
      await breakOffRemoval(userId);
    }
    world.profiles.releaseLease = failsFor('ada', world.profiles.releaseLease.bind(world.profiles));
    expect(await cleanUp(world)).toMatchObject({ forgotten: 0, forgetFailed: 1 });
    expect(await world.profiles.get('grace')).not.toHaveProperty('lease');
    expect(world.log.messages('error')).toEqual(['a removal that broke off could not be settled']);
  });

  it('a profile without a stage', async () => {
    for (const userId of ['ada', 'grace']) {
      await signIn(world, userId);
      await world.profiles.clearStage(userId, await arnOf(userId), true);
    }
    world.ivs.stages.clear();
    world.clock.advance(31 * DAY_MS);
    const { leaveIdleIndex } = world.profiles;
    world.profiles.leaveIdleIndex = async (idle) => {
      if (idle.userId === 'ada') throw new Error('no table');
      return leaveIdleIndex.call(world.profiles, idle);
    };
    expect(await cleanUp(world)).toMatchObject({ stale: { failed: 1 }, complete: true });
    expect(await world.profiles.get('grace')).not.toHaveProperty('idleHour');
  });

  it('all of it in one figure, and stages that are not ours in another', () => {
    const report: CleanUpReport = {
      ...NOTHING_SWEPT,
      asOf: '2026-01-01T00:00:00.000Z',
      dryRun: false,
      stale: { failed: 1, foreign: 1 },
      idle: { failed: 10, foreign: 10 },
      orphans: { failed: 100, foreign: 100 },
      forgetFailed: 1_000,
      ingests: { dangling: 0, failed: 10_000 },
      users: { ...NO_USERS, failed: 100_000 },
      durationMs: 0,
    };
    recordCleanUp(world, report);
    expect(world.metrics.records).toEqual([expect.objectContaining({ CleanUpFailures: 111_111, ForeignStages: 111 })]);
    expect(world.metrics.records[0]).not.toHaveProperty('OldestIdleHours');
  });
});

describe('what is left for the next run', () => {
  it('includes the user whose stage turned out to be gone: they stay in the idle index', async () => {
    await signIn(world);
    world.ivs.stages.clear();
    await cleanUp(world);
    expect(await world.profiles.get('ada')).toMatchObject({ idleHour: '2026-01-01T00' });
  });

  it('is an orphan that somebody else gave a stage to meanwhile', async () => {
    await signIn(world);
    await world.profiles.clearStage('ada', await arnOf('ada'), true);
    world.profiles.adoptStage = async () => false;
    world.clock.advance(15 * MINUTE_MS);
    expect(await cleanUp(world)).toMatchObject({ orphans: { left: 1 } });
  });
});

describe('a dry run', () => {
  it('tells of an adoption and makes none', async () => {
    await signIn(world);
    await world.profiles.clearStage('ada', await arnOf('ada'), true);
    world.clock.advance(15 * MINUTE_MS);
    expect(await cleanUp(world, world.now(), true)).toMatchObject({ orphans: { adopted: 1 } });
    expect(await arnOf('ada')).toBe('');
  });

  it('leaves a removal that broke off as it is', async () => {
    await signIn(world);
    await breakOffRemoval('ada');
    await cleanUp(world, world.now(), true);
    expect(await world.profiles.get('ada')).toHaveProperty('lease');
  });

  it('notes no absence, and ends none', async () => {
    await signIn(world);
    world.userDirectory.gone.add('ada');
    world.clock.advance(31 * DAY_MS);
    await cleanUp(world, world.now(), true);
    expect(await world.profiles.get('ada')).not.toHaveProperty('absentSince');
    await cleanUp(world);
    world.userDirectory.gone.clear();
    await cleanUp(world, world.now(), true);
    expect(await world.profiles.get('ada')).toHaveProperty('absentSince');
  });
});

describe('a user who is gone', () => {
  it('is forgotten by the run that takes their stage away, if they were absent a day before', async () => {
    await signIn(world);
    await world.profiles.recordAbsence('ada', '2026-01-01T00:00:00.000Z');
    world.userDirectory.gone.add('ada');
    world.clock.advance(31 * DAY_MS);
    expect(await cleanUp(world)).toMatchObject({ stale: { removed: 1 }, users: { absent: 1, forgotten: 1 } });
    expect(world.profiles.all()).toEqual([]);
  });

  it('is kept with a stage that is retained', async () => {
    await signIn(world);
    const stage = world.ivs.stages.get(await arnOf('ada'));
    Object.assign(stage?.tags ?? {}, { 'stagedoor:retain': '' });
    await world.profiles.recordAbsence('ada', '2026-01-01T00:00:00.000Z');
    world.userDirectory.gone.add('ada');
    world.clock.advance(31 * DAY_MS);
    expect(await cleanUp(world)).toMatchObject({ stale: { retained: 1 }, users: { absent: 1, forgotten: 0 } });
    expect(world.profiles.all()).toHaveLength(1);
  });

  it('is forgotten a day from now, not later, when a run whose time lay ahead noted the absence', async () => {
    await signIn(world);
    world.userDirectory.gone.add('ada');
    world.clock.advance(31 * DAY_MS);
    await cleanUp(world, new Date(world.now().getTime() + 100 * DAY_MS));
    const seenAt = world.now();
    await cleanUp(world);
    expect((await world.profiles.get('ada'))?.absentSince).toBe(seenAt.toISOString());
  });

  it('is not forgotten by a run that has no time left', async () => {
    await signIn(world);
    await world.profiles.recordAbsence('ada', '2026-01-01T00:00:00.000Z');
    world.userDirectory.gone.add('ada');
    world.clock.advance(31 * DAY_MS);
    const stopAt = new Date(world.now().getTime() + 1);
    const { clearStage } = world.profiles;
    world.profiles.clearStage = async (...args) => {
      await clearStage.apply(world.profiles, args);
      world.clock.advance(1_000);
    };
    const outcome = await removeStaleStages(world)({ asOf: world.now(), stopAt, dryRun: false });
    expect(outcome).toMatchObject({ stale: { removed: 1 }, users: { forgotten: 0 }, complete: false });
  });
});
