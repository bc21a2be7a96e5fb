import { beforeEach, describe, expect, it } from '@jest/globals';
import type { IvsError } from '../../../lambdas/stages/errors.ts';
import { leave } from '../../../lambdas/stages/leave.ts';
import { stageIdOf } from '../../../lambdas/stages/stage-tags.ts';
import { dies, inProcess, type OutsideCall } from '../../support/process.ts';
import { afterLeavingAndSweep, drainQueue, NOTHING_LEFT, putStage, signIn } from '../../support/stage-life.ts';
import { createWorld, type World } from '../../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await userWithStage();
});

async function userWithStage(): Promise<World> {
  const made = createWorld();
  await signIn(made);
  made.stageMembers.rows.set('ada/ban#troll', 'ada');
  return made;
}

const left = ({ profiles, ivs, stageOwners, stageMembers }: World) => ({
  profiles: profiles.all().length,
  stages: ivs.stages.size,
  pointers: stageOwners.owners.size,
  rows: stageMembers.rows.size,
});

describe('a user who leaves', () => {
  it('takes stage, pointer, rows and profile along, whoever is on the stage', async () => {
    await signIn(world, 'grace');
    world.stageMembers.rows.set('grace/guest#ada', 'grace');
    Object.assign([...world.ivs.stages.values()][0] ?? {}, { activeSessionId: 'st-1' });
    await leave(world)('ada');
    expect(left(world)).toEqual({ profiles: 1, stages: 1, pointers: 1, rows: 1 });
    expect(await world.profiles.get('ada')).toBeUndefined();
  });

  it('may leave again, and may never have been there', async () => {
    await leave(world)('ada');
    await leave(world)('ada');
    await leave(world)('nobody');
    expect(left(world)).toEqual(NOTHING_LEFT);
  });

  it('may leave without a stage, and when somebody deleted it', async () => {
    world.ivs.stages.clear();
    await leave(world)('ada');
    expect(left(world)).toEqual(NOTHING_LEFT);
    world.ivs.trouble = () => 'quota-reached';
    await signIn(world);
    await leave(world)('ada');
    expect(left(world)).toEqual(NOTHING_LEFT);
  });

  it.each([
    ['that lost our tag', { tags: {} }],
    ['with the tag of another deployment', { tags: { 'stagedoor:deployment': 'Stagedoor-other' } }],
    ['that the operator retains', { tags: { 'stagedoor:deployment': 'Stagedoor', 'stagedoor:retain': '' } }],
  ])('leaves a stage %s where it is', async (_what, change) => {
    Object.assign([...world.ivs.stages.values()][0] ?? {}, change);
    await leave(world)('ada');
    expect(left(world)).toEqual({ ...NOTHING_LEFT, stages: 1 });
  });

  it('gets a stage of their own again when they come back', async () => {
    await leave(world)('ada');
    expect(await putStage(world)).toMatchObject({ state: 'active' });
    expect(left(world)).toEqual({ profiles: 1, stages: 1, pointers: 1, rows: 0 });
  });

  it('has to wait while somebody holds the lease', async () => {
    const { stage } = (await world.profiles.get('ada')) ?? {};
    const lease = { attemptId: 'r1', kind: 'remove', until: world.now().getTime() + 6_500 } as const;
    await world.profiles.claimForRemoval({ userId: 'ada', stageArn: stage?.arn ?? '' }, lease, world.now());
    await expect(leave(world)('ada')).rejects.toMatchObject({ code: 'STAGE_NOT_READY', retryAfterSeconds: 7 });
    world.clock.advance(6_500);
    await leave(world)('ada');
    expect(left(world)).toEqual(NOTHING_LEFT);
  });

  it('can go on at once when IVS throttled', async () => {
    world.ivs.trouble = () => 'throttled';
    await expect(leave(world)('ada')).rejects.toMatchObject({ code: 'UPSTREAM_THROTTLED', retryAfterSeconds: 1 });
    expect(await world.profiles.get('ada')).not.toHaveProperty('lease');
    world.ivs.trouble = () => undefined;
    await leave(world)('ada');
    expect(left(world)).toEqual(NOTHING_LEFT);
  });

  it('can go on when the lease ended after a delete whose outcome nobody knows', async () => {
    world.ivs.trouble = (operation) => (operation === 'deleteStage' ? 'applied-then-lost' : undefined);
    await expect(leave(world)('ada')).rejects.toMatchObject({ code: 'UPSTREAM_THROTTLED' });
    expect(await world.profiles.get('ada')).toMatchObject({ lease: { kind: 'remove', deleting: true } });
    await expect(leave(world)('ada')).rejects.toMatchObject({ code: 'STAGE_NOT_READY', retryAfterSeconds: 12 });
    world.clock.advance(12_000);
    await leave(world)('ada');
    expect(left(world)).toEqual(NOTHING_LEFT);
  });

  it('is told of a fault of ours, and keeps no lease from it', async () => {
    world.ivs.trouble = (operation) => (operation === 'deleteStage' ? 'denied' : undefined);
    const fault: Partial<IvsError> = { name: 'IvsError', reason: 'denied' };
    await expect(leave(world)('ada')).rejects.toMatchObject(fault);
    expect(await world.profiles.get('ada')).not.toHaveProperty('lease');
  });

  it('is told to ask again when a visit took over after the lease ended', async () => {
    const slow = inProcess(world, {
      before: async ({ method }) => {
        if (method !== 'deleteAllOf') return;
        world.clock.advance(12_000);
        await signIn(world);
      },
    });
    await expect(leave(slow)('ada')).rejects.toMatchObject({ code: 'STAGE_NOT_READY', retryAfterSeconds: 1 });
    expect(await world.profiles.get('ada')).toHaveProperty('stage');
  });

  it('is out of the queue too', async () => {
    world.ivs.stages.clear();
    await leave(world)('ada');
    world.ivs.trouble = () => 'throttled';
    await putStage(world);
    world.ivs.trouble = () => undefined;
    await leave(world)('ada');
    await drainQueue(world);
    expect(left(world)).toEqual(NOTHING_LEFT);
  });
});

describe('leaving', () => {
  const callsOf = async (): Promise<OutsideCall[]> => {
    const calls: OutsideCall[] = [];
    await leave(inProcess(await userWithStage(), { before: (call) => void calls.push(call) }))('ada');
    return calls;
  };

  it('costs two IVS calls', async () => {
    const calls = await callsOf();
    expect(calls.filter(({ port }) => port === 'ivs').map(({ method }) => method)).toEqual(['getStage', 'deleteStage']);
  });

  it.each(['before', 'after'] as const)(
    'survives a crash %s each of its calls: asking again finishes it',
    async (when) => {
      for (const { number, method } of await callsOf()) {
        const crashed = await userWithStage();
        const { promise: dead, resolve: die } = Promise.withResolvers<void>();
        const hook = (call: OutsideCall) => {
          if (call.number !== number) return;
          die();
          return dies();
        };
        await Promise.race([leave(inProcess(crashed, { [when]: hook }))('ada'), dead]);
        expect({ method, ...(await afterLeavingAndSweep(crashed)) }).toEqual({ method, ...NOTHING_LEFT });
      }
    },
  );

  it('survives the lost answer of each of its calls', async () => {
    for (const { number, method } of await callsOf()) {
      const unlucky = await userWithStage();
      await leave(inProcess(unlucky, { losesAnswer: (call) => call.number === number }))('ada');
      expect({ method, ...left(unlucky) }).toEqual({ method, ...NOTHING_LEFT });
    }
  });

  it('brings no profile back that an attempt to make a stage still works for', async () => {
    const fresh = createWorld();
    const slow = inProcess(fresh, {
      after: async ({ method }) => {
        if (method !== 'createStage') return;
        fresh.clock.advance(60_000);
        await leave(fresh)('ada');
      },
    });
    await signIn(slow);
    await drainQueue(fresh);
    expect(fresh.profiles.all()).toEqual([]);
    expect(await afterLeavingAndSweep(fresh)).toEqual(NOTHING_LEFT);
    expect(fresh.stageOwners.owners.has(stageIdOf('stage1'))).toBe(false);
  });
});
