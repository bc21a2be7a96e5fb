import { beforeEach, describe, expect, it } from '@jest/globals';
import { Pace } from '../../../../lambdas/stages/pace.ts';
import {
  OutOfTimeError,
  provisionQueuedStage,
} from '../../../../lambdas/stages/provisioning/provision-queued-stage.ts';
import { drainQueue, signIn } from '../../../support/stage-life.ts';
import { createWorld, type World } from '../../../support/world.ts';

let world: World;
beforeEach(async () => {
  world = createWorld();
  world.ivs.trouble = () => 'throttled';
});

const queue = async (...userIds: string[]) => {
  for (const userId of userIds) await signIn(world, userId);
  world.ivs.calls.length = 0;
  world.ivs.trouble = () => undefined;
};
const creations = () => world.ivs.calls.filter(({ operation }) => operation === 'createStage').map(({ at }) => at);

describe('a queued stage', () => {
  it('is made at 4.5 a second', async () => {
    await queue(...Array.from({ length: 10 }, (_, i) => `user-${i}`));
    await drainQueue(world);
    expect(world.ivs.stages.size).toBe(10);
    const [first = 0] = creations();
    expect((creations().at(-1) ?? 0) - first).toBeCloseTo((9 / 4.5) * 1000, 3);
  });

  it('waits in place while IVS throttles, slows down to three a second and comes back', async () => {
    await queue(...Array.from({ length: 30 }, (_, i) => `user-${i}`));
    let refusals = 1;
    world.ivs.trouble = () => (refusals-- > 0 ? 'throttled' : undefined);
    await drainQueue(world);
    const gaps = creations().map((at, i, all) => (i === 0 ? 0 : Math.round(at - (all[i - 1] ?? 0))));
    expect(gaps.slice(1, 3)).toEqual([1_000, 333]);
    expect(gaps.at(-1)).toBe(222);
  });

  it('waits for a lease that somebody holds, and does nothing when that made the stage', async () => {
    await queue('ada');
    const lease = { attemptId: 'other', kind: 'create', until: world.now().getTime() + 7_000 } as const;
    await world.profiles.claimForCreation('ada', lease, world.now());
    await drainQueue(world);
    expect(creations()).toEqual([lease.until]);
  });

  it('looks again every five seconds whether a long lease was given back', async () => {
    await queue('ada');
    const startedAt = world.now().getTime();
    const lease = { attemptId: 'other', kind: 'create', until: startedAt + 30_000 } as const;
    await world.profiles.claimForCreation('ada', lease, world.now());
    const services: World = {
      ...world,
      sleep: async (ms) => {
        await world.profiles.releaseLease('ada', 'other');
        world.clock.advance(ms);
      },
    };
    await drainQueue(world, services);
    expect(creations()).toEqual([startedAt + 5_000]);
  });

  it('is not made twice for a message that comes twice', async () => {
    await queue('ada');
    const [message] = world.provisioningQueue.messages;
    if (message) world.provisioningQueue.messages.push(message);
    await drainQueue(world);
    expect(creations()).toHaveLength(1);
  });

  it('is not made for a user whose profile is gone', async () => {
    world.provisioningQueue.messages.push({ userId: 'nobody', queuedAt: world.now().toISOString() });
    await drainQueue(world);
    expect(world.ivs.calls).toEqual([]);
  });

  it('is given up when the region is full: the next visit asks again', async () => {
    await queue('ada');
    world.ivs.trouble = () => 'quota-reached';
    await drainQueue(world);
    expect(await world.profiles.get('ada')).not.toHaveProperty('queuedAt');
    expect(world.log.messages('error')).toEqual(['the region has no room for another stage']);
    expect(world.metrics.sum('StageQuotaReached')).toBe(1);
    expect(world.roomRequests.asked).toBe(1);
  });

  it('fails for the queue to bring back when IVS fails, and leaves no lease behind', async () => {
    await queue('ada');
    world.ivs.trouble = () => 'unknown';
    await expect(drainQueue(world)).rejects.toThrow('createStage: unknown');
    expect(await world.profiles.get('ada')).not.toHaveProperty('lease');
    expect(await world.profiles.get('ada')).toHaveProperty('queuedAt');
  });

  it('is out of time, which is no failure, when IVS throttles until its time is over', async () => {
    await queue('ada');
    world.ivs.trouble = () => 'throttled';
    const work = provisionQueuedStage(world, new Pace(world, 4.5));
    const stopAt = new Date(world.now().getTime() + 10_000);
    await expect(work({ userId: 'ada', queuedAt: '' }, stopAt)).rejects.toThrow(OutOfTimeError);
  });

  it('tells why it failed, even when its lease cannot be released', async () => {
    await queue('ada');
    world.ivs.trouble = () => 'unknown';
    world.profiles.releaseLease = () => Promise.reject(new Error('no table'));
    await expect(drainQueue(world)).rejects.toThrow('createStage: unknown');
  });

  it('may take 8 s of IVS and 10 s in all', async () => {
    await queue('ada');
    world.ivs.trouble = () => ({ slowMs: 7_999 });
    await drainQueue(world);
    expect(world.ivs.stages.size).toBe(1);
    await queue('grace');
    world.ivs.trouble = () => ({ slowMs: 8_000 });
    await expect(drainQueue(world)).rejects.toThrow('createStage: unknown');
  });

  it('asks IVS about a broken-off removal at the same pace, and fails when IVS does not tell', async () => {
    await queue('ada');
    await drainQueue(world);
    const [stage] = world.ivs.stages.values();
    const idle = { userId: 'ada', idleHour: '2026-01-01T00', stageArn: stage?.arn ?? '' };
    const lease = { attemptId: 'r1', kind: 'remove', until: world.now().getTime() } as const;
    await world.profiles.claimForRemoval(idle, lease, world.now());
    world.provisioningQueue.messages.push({ userId: 'ada', queuedAt: '' });
    let refusals = 2;
    world.ivs.calls.length = 0;
    world.ivs.trouble = () => (refusals-- > 0 ? 'throttled' : 'unknown');
    await expect(drainQueue(world)).rejects.toThrow('getStage: unknown');
    const times = world.ivs.calls.map(({ at }) => at);
    expect(times.map((at) => at - (times[0] ?? 0))).toEqual([0, 1_000, 2_000]);
  });

  it('settles a removal that broke off before it makes a new stage', async () => {
    await queue('ada');
    await drainQueue(world);
    const [stage] = world.ivs.stages.values();
    const idle = { userId: 'ada', idleHour: '2026-01-01T00', stageArn: stage?.arn ?? '' };
    const lease = { attemptId: 'r1', kind: 'remove', until: world.now().getTime() + 5_000 } as const;
    expect(await world.profiles.claimForRemoval(idle, lease, world.now())).toBe(true);
    world.provisioningQueue.messages.push({ userId: 'ada', queuedAt: world.now().toISOString() });
    await drainQueue(world);
    expect([...world.ivs.stages.values()]).toEqual([stage]);
    expect(await world.profiles.get('ada')).not.toHaveProperty('lease');
  });

  it('is not asked about when the user has it by now', async () => {
    await queue('ada');
    await drainQueue(world);
    world.ivs.calls.length = 0;
    world.provisioningQueue.messages.push({ userId: 'ada', queuedAt: '' });
    await drainQueue(world);
    expect(world.ivs.calls).toEqual([]);
  });

  it('is made after a claim that somebody else won, and then gave back', async () => {
    await queue('ada');
    const claim = world.profiles.claimForCreation.bind(world.profiles);
    world.profiles.claimForCreation = async () => {
      world.profiles.claimForCreation = claim;
      return false;
    };
    await drainQueue(world);
    expect(world.ivs.stages.size).toBe(1);
  });

  it('is made anew when a removal broke off after the delete', async () => {
    await queue('ada');
    await drainQueue(world);
    const [gone = ''] = world.ivs.stages.keys();
    const idle = { userId: 'ada', idleHour: '2026-01-01T00', stageArn: gone };
    await world.profiles.claimForRemoval(idle, { attemptId: 'r1', kind: 'remove', until: 0 }, world.now());
    world.ivs.stages.clear();
    world.provisioningQueue.messages.push({ userId: 'ada', queuedAt: '' });
    await drainQueue(world);
    const [made] = world.ivs.stages.keys();
    expect(made).not.toBe(gone);
    expect(await world.profiles.get('ada')).toMatchObject({ stage: { arn: made } });
  });
});
