import { beforeEach, describe, expect, it } from '@jest/globals';
import { hourOf } from '../../../../lambdas/stages/profile.ts';
import { inProcess, type OutsideCall } from '../../../support/process.ts';
import { cleanUp, drainQueue, putStage, signIn } from '../../../support/stage-life.ts';
import { createWorld, type World } from '../../../support/world.ts';

let world: World;
beforeEach(() => {
  world = createWorld();
});

const callsOf = async (run: (services: World) => Promise<unknown>): Promise<string[]> => {
  const calls: OutsideCall[] = [];
  await run(inProcess(world, { before: (call) => void calls.push(call) }));
  return calls.map(({ port, method }) => `${port}.${method}`);
};
const stages = () => [...world.ivs.stages.values()];
const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];

describe('the first sign-in', () => {
  it('makes a stage with name and tags, points at its owner and names it in the profile', async () => {
    const ensured = await signIn(world);
    expect(stages()).toMatchObject([
      {
        name: 'user-ada-stage',
        tags: {
          'stagedoor:owner': 'ada',
          'stagedoor:deployment': 'Stagedoor',
          'stagedoor:attempt': 'attempt-1',
          'stagedoor:createdAt': '2026-01-01T00:00:00.000Z',
        },
      },
    ]);
    expect(ensured).toMatchObject({ state: 'active', profile: { stage: { arn: stages()[0]?.arn } } });
    expect([...world.stageOwners.owners]).toEqual([['stage1', 'ada']]);
    expect(world.metrics.records).toEqual([{ StagesCreated: 1 }]);
  });

  it('takes five AWS calls: visit, claim, create, pointer, commit', async () => {
    expect(await callsOf(signIn)).toEqual([
      'profiles.recordVisit',
      'profiles.claimForCreation',
      'ivs.createStage',
      'stageOwners.put',
      'profiles.commitStage',
    ]);
  });
});

describe('a repeat sign-in', () => {
  it('takes one AWS call and none to IVS', async () => {
    await signIn(world);
    world.clock.advance(5 * DAY_MS - 1);
    expect(await callsOf(signIn)).toEqual(['profiles.recordVisit']);
  });

  it('checks the stage with IVS when the last check is five days old', async () => {
    await signIn(world);
    world.clock.advance(5 * DAY_MS);
    expect(await callsOf(signIn)).toEqual(['profiles.recordVisit', 'ivs.getStage', 'profiles.recordCheck']);
    expect(await callsOf(signIn)).toEqual(['profiles.recordVisit']);
  });

  it('makes a new stage when somebody deleted the old one', async () => {
    await signIn(world);
    world.ivs.stages.clear();
    world.clock.advance(5 * DAY_MS);
    expect(await signIn(world)).toMatchObject({ state: 'active' });
    expect(stages()).toHaveLength(1);
    expect([...world.stageOwners.owners]).toEqual([['stage2', 'ada']]);
  });

  it('gives a stage its name back', async () => {
    await signIn(world);
    for (const stage of stages()) stage.name = 'renamed';
    world.clock.advance(5 * DAY_MS);
    await signIn(world);
    expect(stages()[0]?.name).toBe('user-ada-stage');
  });

  it('leaves a stage without our tag as it is, and says so in the log', async () => {
    await signIn(world);
    for (const stage of stages()) Object.assign(stage, { name: 'theirs', tags: {} });
    world.clock.advance(5 * DAY_MS);
    expect(await signIn(world)).toMatchObject({ state: 'active' });
    expect(stages()[0]?.name).toBe('theirs');
    expect(world.log.messages('error')).toEqual(['a profile names a stage that is not ours']);
    expect(world.metrics.sum('ForeignStages')).toBe(1);
  });

  it.each(['throttled', 'unknown', 'denied'] as const)('goes on without the check when IVS is %s', async (reason) => {
    await signIn(world);
    world.clock.advance(5 * DAY_MS);
    world.ivs.trouble = () => reason;
    expect(await signIn(world)).toMatchObject({ state: 'active' });
  });
});

describe('when IVS does not deliver', () => {
  it.each([['throttled'], ['unknown'], ['applied-then-lost'], [{ slowMs: 10_000 }]] as const)(
    'leaves a stage that is %j to the queue, which makes it',
    async (trouble) => {
      world.ivs.trouble = () => trouble;
      expect(await signIn(world)).toMatchObject({ state: 'provisioning' });
      expect(world.provisioningQueue.messages).toEqual([{ userId: 'ada', queuedAt: world.now().toISOString() }]);
      expect((await world.profiles.get('ada'))?.lease).toBeUndefined();

      world.ivs.trouble = () => undefined;
      await drainQueue(world);
      const profile = await world.profiles.get('ada');
      expect(world.ivs.stages.has(profile?.stage?.arn ?? '')).toBe(true);
      expect(profile?.queuedAt).toBeUndefined();
    },
  );

  it('gives CreateStage 2.2 s and keeps the rest of the 3 s for giving up', async () => {
    world.ivs.trouble = () => ({ slowMs: 2_200 });
    expect(await signIn(world)).toMatchObject({ state: 'provisioning' });
    world = createWorld();
    world.ivs.trouble = () => ({ slowMs: 2_199 });
    expect(await signIn(world)).toMatchObject({ state: 'active' });
  });

  it('queues a user once, however often they come while they wait, and asks IVS nothing', async () => {
    world.ivs.trouble = () => 'throttled';
    await signIn(world);
    for (const visit of [signIn, putStage, signIn]) expect(await visit(world)).toMatchObject({ state: 'provisioning' });
    expect(world.provisioningQueue.messages).toHaveLength(1);
    expect(world.ivs.calls).toHaveLength(1);
  });

  it('tells how long the queue takes', async () => {
    world.ivs.trouble = () => 'throttled';
    for (let i = 1; i <= 9; i++) await signIn(world, `user-${i}`);
    expect(await putStage(world, 'user-9')).toMatchObject({ retryAfterSeconds: 3 });
  });

  it('forgets a wait whose message was lost, a minute after its turn', async () => {
    world.ivs.trouble = () => 'throttled';
    await signIn(world);
    world.provisioningQueue.messages.length = 0;
    world.ivs.trouble = () => undefined;
    world.clock.advance(61_000);
    expect(await putStage(world)).toMatchObject({ state: 'provisioning' });
    world.clock.advance(1_000);
    expect(await putStage(world)).toMatchObject({ state: 'active' });
    expect((await world.profiles.get('ada'))?.queuedAt).toBeUndefined();
  });

  it('neither queues nor keeps the lease when the region is full', async () => {
    world.ivs.trouble = () => 'quota-reached';
    expect(await signIn(world)).toEqual({ state: 'quota-reached' });
    expect(world.provisioningQueue.messages).toEqual([]);
    expect((await world.profiles.get('ada'))?.lease).toBeUndefined();
  });

  it('asks for room when the region is full, after the user is settled', async () => {
    world.ivs.trouble = () => 'quota-reached';
    expect((await callsOf(signIn)).slice(-2)).toEqual(['profiles.releaseLease', 'roomRequests.ask']);
    expect(world.metrics.sum('StageQuotaReached')).toBe(1);
  });

  it('goes on when room cannot be asked for, and waits for that no longer than for anything else', async () => {
    world.ivs.trouble = () => 'quota-reached';
    world.roomRequests.ask = (signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
        world.clock.advance(10_000);
      });
    expect(await signIn(world)).toEqual({ state: 'quota-reached' });
    expect(world.log.messages('warn')).toEqual(['room could not be asked for']);
  });

  it('counts the visits that it leaves to the queue, each once', async () => {
    world.ivs.trouble = () => 'throttled';
    for (const userId of ['ada', 'ada', 'grace']) await signIn(world, userId);
    expect(world.metrics.sum('VisitsQueued')).toBe(2);
    expect(world.metrics.sum('StagesCreated')).toBe(0);
  });

  it('lets the loser of two visits go on while the other one makes the stage', async () => {
    const winner = inProcess(world, {
      before: async ({ method }) => {
        if (method === 'createStage') expect(await signIn(world)).toMatchObject({ state: 'provisioning' });
      },
    });
    expect(await signIn(winner)).toMatchObject({ state: 'active' });
    expect(stages()).toHaveLength(1);
    expect(world.provisioningQueue.messages).toEqual([]);
  });
});

describe('time', () => {
  it('is left for giving up when the check of a stage is slow', async () => {
    await signIn(world);
    world.clock.advance(5 * DAY_MS);
    world.ivs.trouble = () => ({ slowMs: 2_200 });
    const { checkedAt } = (await world.profiles.get('ada'))?.stage ?? {};
    expect(await signIn(world)).toMatchObject({ state: 'active', profile: { stage: { checkedAt } } });
  });

  it('of a lease outlasts the 3 s of its holder by 2 s', async () => {
    const startedAt = world.now().getTime();
    let until = 0;
    const watched = inProcess(world, {
      after: async ({ method }) => {
        if (method === 'claimForCreation') until = (await world.profiles.get('ada'))?.lease?.until ?? 0;
      },
    });
    await signIn(watched);
    expect(until - startedAt).toBe(5_000);
  });
});

describe('a queue that does not work', () => {
  it('gets no message for a wait that could not be marked', async () => {
    world.ivs.trouble = () => 'throttled';
    world.profiles.markQueued = async () => false;
    await signIn(world);
    expect(world.provisioningQueue.messages).toEqual([]);
  });

  it('keeps nobody from being queued because its length cannot be read', async () => {
    world.ivs.trouble = () => 'throttled';
    world.provisioningQueue.backlog = () => Promise.reject(new Error('no attributes'));
    expect(await putStage(world)).toMatchObject({ state: 'provisioning', retryAfterSeconds: 1 });
    expect(world.provisioningQueue.messages).toHaveLength(1);
    expect(world.log.messages('warn')).toContain('the backlog could not be read');
  });
});

describe('an attempt that is too slow for its lease', () => {
  it('deletes its own stage when another one was made meanwhile, by the clock of a machine that runs ahead', async () => {
    const ahead: World = { ...world, now: () => new Date(world.now().getTime() + 6_000) };
    const slow = inProcess(world, {
      before: async ({ method }) => {
        if (method === 'commitStage') await signIn(ahead);
      },
    });
    expect(await signIn(slow)).toMatchObject({ state: 'active', profile: { stage: { attemptId: 'attempt-2' } } });
    expect(stages()).toMatchObject([{ tags: { 'stagedoor:attempt': 'attempt-2' } }]);
    expect([...world.stageOwners.owners.keys()]).toEqual(['stage2']);
  });

  it('leaves its stage to the sweep when the profile names none', async () => {
    const slow = inProcess(world, {
      after: ({ method }) => {
        if (method === 'put') world.clock.advance(6_000);
      },
    });
    expect(await signIn(slow)).toMatchObject({ state: 'provisioning' });
    expect(stages()).toHaveLength(1);
  });
});

describe('PUT /me/stage', () => {
  it('trusts the profile for a minute, then asks IVS', async () => {
    await signIn(world);
    world.clock.advance(MINUTE_MS - 1);
    expect(await callsOf(putStage)).toEqual(['profiles.recordVisit']);
    world.clock.advance(1);
    expect(await callsOf(putStage)).toContain('ivs.getStage');
  });

  it("hands out the host's first token when it makes the stage, and only then", async () => {
    expect(await putStage(world)).toMatchObject({
      state: 'active',
      hostToken: { userId: 'ada', role: 'host', issuedBy: 'ivs-api' },
    });
    expect(await putStage(world)).not.toHaveProperty('hostToken');
    expect(await signIn(world, 'grace')).not.toHaveProperty('hostToken');
  });
});

describe('a visit', () => {
  it('is a sign-in or not, which the profile notes', async () => {
    const signIns: boolean[] = [];
    const record = world.profiles.recordVisit.bind(world.profiles);
    world.profiles.recordVisit = async (visit) => {
      signIns.push(visit.isSignIn);
      return record(visit);
    };
    await signIn(world);
    await putStage(world);
    expect(signIns).toEqual([true, false]);
  });

  it('that finds the stage gone and no room for another leaves the user where the clean-up finds them', async () => {
    await signIn(world);
    world.ivs.stages.clear();
    world.clock.advance(MINUTE_MS);
    world.ivs.trouble = (operation) => (operation === 'createStage' ? 'quota-reached' : undefined);
    expect(await putStage(world)).toEqual({ state: 'quota-reached' });
    expect(await world.profiles.get('ada')).toHaveProperty('idleHour');
  });
});

describe('a stage that is being removed', () => {
  const idle = async () => {
    await signIn(world);
    world.clock.advance(31 * DAY_MS);
  };

  it('is not given to the owner who comes back: the queue makes a new one when the removal is over', async () => {
    await idle();
    const cleaner = inProcess(world, {
      before: async ({ method }) => {
        if (method === 'deleteStage') expect(await signIn(world)).toMatchObject({ state: 'being-removed' });
      },
    });
    expect(await cleanUp(cleaner)).toMatchObject({ stale: { removed: 1 } });
    expect(stages()).toEqual([]);
    await drainQueue(world);
    expect(stages()).toHaveLength(1);
    expect((await world.profiles.get('ada'))?.stage?.arn).toBe(stages()[0]?.arn);
  });

  it('stays when the removal broke off before the delete: the next visit finds it with IVS', async () => {
    await idle();
    const claimed = { attemptId: 'r1', kind: 'remove', until: world.now().getTime() + 30_000 } as const;
    const stageArn = stages()[0]?.arn ?? '';
    const idleHour = hourOf(new Date('2026-01-01T00:00:00Z'));
    expect(await world.profiles.claimForRemoval({ userId: 'ada', stageArn, idleHour }, claimed, world.now())).toBe(
      true,
    );
    expect(await putStage(world)).toEqual({ state: 'being-removed', retryAfterSeconds: 30 });
    world.clock.advance(30_000);
    expect(await putStage(world)).toMatchObject({ state: 'active', profile: { stage: { arn: stageArn } } });
    expect((await world.profiles.get('ada'))?.lease).toBeUndefined();
  });

  it('is asked about, even when the last check is recent: a removal broke off', async () => {
    await signIn(world);
    const stageArn = stages()[0]?.arn ?? '';
    const lease = { attemptId: 'r1', kind: 'remove', until: world.now().getTime() } as const;
    await world.profiles.claimForRemoval({ userId: 'ada', stageArn, idleHour: '2026-01-01T00' }, lease, world.now());
    world.ivs.stages.clear();
    expect(await putStage(world)).toMatchObject({ state: 'active' });
    expect(stages()).toHaveLength(1);
  });

  it('is not taken for active while IVS does not tell whether the removal went through', async () => {
    await signIn(world);
    const stageArn = stages()[0]?.arn ?? '';
    const lease = { attemptId: 'r1', kind: 'remove', until: world.now().getTime() } as const;
    await world.profiles.claimForRemoval({ userId: 'ada', stageArn, idleHour: '2026-01-01T00' }, lease, world.now());
    world.ivs.trouble = () => 'throttled';
    expect(await putStage(world)).toEqual({ state: 'being-removed', retryAfterSeconds: 1 });
  });

  it.each([
    ['carries no tag of ours any more', {}],
    ['carries the tag of another deployment', { 'stagedoor:deployment': 'Stagedoor-other' }],
  ])('is given back to its owner when the removal broke off and it %s', async (_what, tags) => {
    await signIn(world);
    const [stage] = stages();
    const lease = { attemptId: 'r1', kind: 'remove', until: world.now().getTime() } as const;
    const idle = { userId: 'ada', stageArn: stage?.arn ?? '', idleHour: '2026-01-01T00' };
    await world.profiles.claimForRemoval(idle, lease, world.now());
    Object.assign(stage ?? {}, { tags });
    expect(await putStage(world)).toMatchObject({ state: 'active' });
    expect(await world.profiles.get('ada')).not.toHaveProperty('lease');
    expect(world.log.messages('error')).toEqual(['a profile names a stage that is not ours']);
  });

  it('is made anew when the removal broke off after the delete', async () => {
    await idle();
    const stageArn = stages()[0]?.arn ?? '';
    const claimed = { attemptId: 'r1', kind: 'remove', until: world.now().getTime() } as const;
    await world.profiles.claimForRemoval({ userId: 'ada', stageArn, idleHour: '2026-01-01T00' }, claimed, world.now());
    world.ivs.stages.clear();
    expect(await signIn(world)).toMatchObject({ state: 'active' });
    expect(stages()).toHaveLength(1);
  });
});
