import { beforeEach, describe, expect, it } from '@jest/globals';
import { openIngest } from '../../../../lambdas/stages/ingest/open-ingest.ts';
import { leave } from '../../../../lambdas/stages/leave.ts';
import { tagsOf } from '../../../../lambdas/stages/stage-tags.ts';
import { cleanUp, freeRoom, putStage, signIn } from '../../../support/stage-life.ts';
import { createWorld, type World } from '../../../support/world.ts';

const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];

let world: World;
let stageArn: string;
let ingestArn: string;
beforeEach(async () => {
  world = createWorld();
  await signIn(world);
  await openIngest(world)('ada', {});
  stageArn = [...world.ivs.stages.keys()][0] ?? '';
  ingestArn = [...world.ingests.configurations.keys()][0] ?? '';
  world.ingests.calls.length = 0;
});

const whatIsLeft = async () => ({
  stages: world.ivs.stages.size,
  ingests: world.ingests.configurations.size,
  slot: (await world.ingestSlots.get('ada')) !== undefined,
});
const NOTHING = { stages: 0, ingests: 0, slot: false };

/** An ingest of this deployment that no slot names. */
const addDangling = (ageMinutes: number, deployment = 'Stagedoor') => {
  const createdAt = new Date(world.now().getTime() - ageMinutes * MINUTE_MS).toISOString();
  const like = { name: 'user-ada-ingest', stageArn, protocol: 'RTMPS', userId: 'ada', displayName: 'Ada' } as const;
  const tags = tagsOf({ ownerId: 'ada', deployment, attemptId: 'lost', createdAt });
  return world.ingests.add({ ...like, role: 'host', capabilities: [], tags });
};

describe('the clean-up', () => {
  it('removes the ingest of a stale stage with one call', async () => {
    world.clock.advance(31 * DAY_MS);
    expect(await cleanUp(world)).toMatchObject({ stale: { removed: 1 }, ingests: { dangling: 0, failed: 0 } });
    expect(await whatIsLeft()).toEqual(NOTHING);
    expect(world.ingests.calls).toEqual(['delete', 'list']);
  });

  it('leaves alone a stage on which an encoder publishes, though its owner stays away', async () => {
    world.ingests.startBroadcast(ingestArn);
    world.clock.advance(31 * DAY_MS);
    expect(await cleanUp(world)).toMatchObject({ stale: { 'in-session': 1 }, ingests: { dangling: 0 } });
    expect(await whatIsLeft()).toEqual({ stages: 1, ingests: 1, slot: true });
  });

  it('goes on in the next run where IVS did not take the ingest away', async () => {
    world.clock.advance(31 * DAY_MS);
    world.ingests.trouble = (operation) => (operation === 'delete' ? 'throttled' : undefined);
    expect(await cleanUp(world)).toMatchObject({ stale: { failed: 1 } });
    expect(await world.profiles.get('ada')).toMatchObject({ stage: { arn: stageArn } });
    world.ingests.trouble = () => undefined;
    world.clock.advance(30_000);
    expect(await cleanUp(world)).toMatchObject({ stale: { gone: 1 } });
    expect(await whatIsLeft()).toEqual(NOTHING);
  });

  it('removes the ingest of a stage that somebody else deleted', async () => {
    world.ivs.removeStage(stageArn);
    expect(await cleanUp(world)).toMatchObject({ forgotten: 1, ingests: { dangling: 0 } });
    expect(await whatIsLeft()).toEqual(NOTHING);
  });

  it("keeps the ingest of a newer stage when it takes away an earlier one's", async () => {
    const idle = { userId: 'ada', idleHour: '2026-01-01T00', stageArn };
    world.ivs.removeStage(stageArn);
    world.clock.advance(MINUTE_MS);
    await putStage(world);
    await openIngest(world)('ada', {});
    world.profiles.listIdle = async function* () {
      yield idle;
    };
    expect(await cleanUp(world)).toMatchObject({ forgotten: 1 });
    expect(await whatIsLeft()).toEqual({ stages: 1, ingests: 1, slot: true });
  });
});

describe('the sweep', () => {
  it('deletes ingests of this deployment that no slot names, once they are a quarter of an hour old', async () => {
    world.clock.advance(60 * MINUTE_MS);
    const kept = [addDangling(14).arn, addDangling(60, 'Stagedoor-other').arn, addForeign().arn];
    addDangling(15);
    for (const dryRun of [true, false]) {
      expect(await cleanUp(world, world.now(), dryRun)).toMatchObject({ ingests: { dangling: 1, failed: 0 } });
    }
    expect([...world.ingests.configurations.keys()]).toEqual([ingestArn, ...kept]);
    expect(await cleanUp(world)).toMatchObject({ ingests: { dangling: 0, failed: 0 } });
  });

  /** By an operator's hand, who happened on one of our names. */
  const addForeign = () => {
    const like = { name: 'user-ada-ingest', stageArn, protocol: 'RTMPS', userId: 'ada', displayName: '' } as const;
    return world.ingests.add({ ...like, role: 'host', capabilities: [], tags: {} });
  };

  it('asks nothing about ingests that their slots name, nor about those whose names are not ours', async () => {
    world.ingests.add({ ...addForeign(), name: 'main' });
    world.ingests.configurations.delete([...world.ingests.configurations.keys()][1] ?? '');
    await cleanUp(world);
    expect(world.ingests.calls).toEqual(['list']);
  });

  it('takes away an ingest whose slot is that of an earlier stage, and frees the slot', async () => {
    world.ivs.removeStage(stageArn);
    world.clock.advance(16 * MINUTE_MS);
    await putStage(world);
    expect(await cleanUp(world)).toMatchObject({ ingests: { dangling: 1 } });
    expect(await whatIsLeft()).toEqual({ stages: 1, ingests: 0, slot: false });
  });

  it('does not trust the index where it names no stage', async () => {
    world.clock.advance(60 * MINUTE_MS);
    world.profiles.listIdle = async function* () {};
    expect(await cleanUp(world)).toMatchObject({ ingests: { dangling: 0 } });
    expect(await whatIsLeft()).toMatchObject({ ingests: 1, slot: true });
  });

  it('reports an ingest that could not be settled, and counts it among the failures', async () => {
    addDangling(60);
    world.ingests.trouble = (operation) => (operation === 'delete' ? 'unknown' : undefined);
    expect(await cleanUp(world)).toMatchObject({ ingests: { dangling: 0, failed: 1 } });
    expect(world.metrics.sum('CleanUpFailures')).toBe(1);
    expect(world.log.messages('error')).toEqual(['an ingest could not be settled']);
  });
});

describe('making room', () => {
  it('spares a stage whose ingest publishes, and takes the ingest of the others along', async () => {
    await signIn(world, 'grace');
    await openIngest(world)('grace', {});
    world.ingests.startBroadcast(ingestArn);
    world.clock.advance(2 * DAY_MS);
    expect(await freeRoom(world)).toMatchObject({ idle: { 'in-session': 1, removed: 1 }, roomReached: true });
    expect(await whatIsLeft()).toEqual({ stages: 1, ingests: 1, slot: true });
    expect(world.ivs.stages.has(stageArn)).toBe(true);
    expect(world.ingests.configurations.has(ingestArn)).toBe(true);
  });
});

describe('a user who leaves', () => {
  it('takes the ingest along, broadcast and all', async () => {
    world.ingests.startBroadcast(ingestArn);
    await leave(world)('ada');
    expect(await whatIsLeft()).toEqual(NOTHING);
  });

  it('takes it along too when the stage stays at the wish of the operator, or is gone already', async () => {
    await world.profiles.clearStage('ada', stageArn, true);
    world.ivs.removeStage(stageArn);
    await leave(world)('ada');
    expect(await whatIsLeft()).toEqual(NOTHING);
  });

  it('is asked to come again when IVS does not take the ingest away, and can go on then', async () => {
    world.ingests.trouble = () => 'throttled';
    await expect(leave(world)('ada')).rejects.toMatchObject({ code: 'UPSTREAM_THROTTLED' });
    world.ingests.trouble = () => undefined;
    world.clock.advance(12_000);
    await leave(world)('ada');
    expect(await whatIsLeft()).toEqual(NOTHING);
  });
});
