import { beforeEach, describe, expect, it } from '@jest/globals';
import type { StageRecord } from '../../../../lambdas/stages/profile.ts';
import { createUserStage } from '../../../../lambdas/stages/provisioning/create-user-stage.ts';
import { startBudget, WORKER_BUDGET } from '../../../../lambdas/stages/provisioning/time-budget.ts';
import { signIn } from '../../../support/stage-life.ts';
import { createWorld, type World } from '../../../support/world.ts';

let world: World;
beforeEach(async () => {
  world = createWorld();
  await signIn(world);
  const profile = await world.profiles.get('ada');
  await world.profiles.clearStage('ada', profile?.stage?.arn ?? '', true);
  world.ivs.stages.clear();
  world.stageOwners.owners.clear();
});

const create = (hostName?: string) => createUserStage(world)('ada', startBudget(world, WORKER_BUDGET), hostName);
const stages = () => [...world.ivs.stages.keys()];
/** The commit is answered with a refusal after `happens`. */
const commitIsRefusedAfter = (happens: (stage: StageRecord) => Promise<unknown>) => {
  const commit = world.profiles.commitStage.bind(world.profiles);
  world.profiles.commitStage = async (_userId, stage) => {
    world.profiles.commitStage = commit;
    await happens(stage);
    return undefined;
  };
};

describe('a stage whose commit was refused', () => {
  it('is the one that stays when the profile names it', async () => {
    commitIsRefusedAfter((stage) => world.profiles.commitStage('ada', stage, world.now()));
    expect(await create()).toMatchObject({ outcome: 'created', profile: { stage: { arn: stages()[0] } } });
    expect(world.stageOwners.owners.size).toBe(1);
  });

  it('goes, with its pointer, when the profile names another one, and is not counted', async () => {
    const counted = world.metrics.sum('StagesCreated');
    commitIsRefusedAfter(async (stage) => {
      await world.profiles.commitStage('ada', { ...stage, arn: 'arn:aws:ivs:eu-west-1:1:stage/other' }, world.now());
    });
    expect(await create()).toMatchObject({
      outcome: 'present',
      profile: { stage: { arn: expect.stringMatching(/other/) } },
    });
    expect([stages(), [...world.stageOwners.owners]]).toEqual([[], []]);
    expect(world.metrics.sum('StagesCreated')).toBe(counted);
  });

  it('goes when its user has left', async () => {
    commitIsRefusedAfter(async () => {
      world.profiles.get = async () => undefined;
    });
    expect(await create()).toMatchObject({
      outcome: 'failed',
      cause: { message: 'the lease ended before the commit' },
    });
    expect(stages()).toEqual([]);
  });

  it('is left to the sweep when the profile names none: another attempt may be about to adopt it', async () => {
    commitIsRefusedAfter(async () => undefined);
    expect(await create()).toMatchObject({ outcome: 'failed' });
    expect(stages()).toHaveLength(1);
  });

  it('is left to the sweep, and the answer stays, when it cannot be deleted', async () => {
    commitIsRefusedAfter(async (stage) => {
      await world.profiles.commitStage('ada', { ...stage, arn: 'arn:aws:ivs:eu-west-1:1:stage/other' }, world.now());
      world.ivs.trouble = () => 'throttled';
    });
    expect(await create()).toMatchObject({ outcome: 'present' });
    expect(stages()).toHaveLength(1);
    expect(world.log.messages('warn')).toEqual(['a surplus stage was left to the sweep']);
  });
});
