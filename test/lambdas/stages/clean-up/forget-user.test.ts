import { beforeEach, describe, expect, it } from '@jest/globals';
import { removeStaleStages } from '../../../../lambdas/stages/clean-up/remove-stale-stages.ts';
import { inProcess } from '../../../support/process.ts';
import { cleanUp, signIn } from '../../../support/stage-life.ts';
import { createWorld, type World } from '../../../support/world.ts';

const [SECOND_MS, HOUR_MS, DAY_MS] = [1_000, 3_600_000, 86_400_000];

let world: World;
beforeEach(() => {
  world = createWorld();
});

/** Users who are stale and gone from the user pool, found missing a day ago. */
async function goneForADay(users: number): Promise<void> {
  for (let i = 0; i < users; i++) {
    await signIn(world, `user-${i}`);
    world.userDirectory.gone.add(`user-${i}`);
    world.stageMembers.rows.set(`user-${i}/ban#troll`, `user-${i}`);
  }
  world.clock.advance(31 * DAY_MS);
  await cleanUp(world);
  world.clock.advance(DAY_MS + HOUR_MS);
}

describe('a user who is gone from the user pool', () => {
  it('loses their stage as always, and is noted as absent', async () => {
    await signIn(world);
    world.userDirectory.gone.add('ada');
    world.clock.advance(31 * DAY_MS);
    const absentSince = world.now().toISOString();
    expect(await cleanUp(world)).toMatchObject({
      stale: { removed: 1 },
      users: { absent: 1, forgotten: 0, refused: 0, failed: 0 },
    });
    expect(await world.profiles.get('ada')).toMatchObject({ absentSince, idleHour: '2026-01-01T00' });
  });

  it('is forgotten with profile and rows when they are absent again a day later, not before', async () => {
    await signIn(world);
    world.stageMembers.rows.set('ada/ban#troll', 'ada');
    world.stageMembers.rows.set('grace/guest#ada', 'grace');
    world.userDirectory.gone.add('ada');
    const asOf = new Date('2026-03-01T00:00:00.000Z');
    await cleanUp(world, asOf);
    await cleanUp(world, new Date(asOf.getTime() + DAY_MS - 1));
    expect(world.profiles.all()).toHaveLength(1);
    expect(await cleanUp(world, new Date(asOf.getTime() + DAY_MS))).toMatchObject({
      stale: {},
      users: { absent: 1, forgotten: 1 },
    });
    expect(world.profiles.all()).toEqual([]);
    expect([...world.stageMembers.rows.keys()]).toEqual(['grace/guest#ada']);
    expect([world.ivs.stages.size, world.stageOwners.owners.size]).toEqual([0, 0]);
  });

  it('is not forgotten when they are back: the absence is over', async () => {
    await goneForADay(1);
    world.userDirectory.gone.clear();
    expect(await cleanUp(world)).toMatchObject({ users: { absent: 0, forgotten: 0 } });
    expect(await world.profiles.get('user-0')).not.toHaveProperty('absentSince');
    expect(await world.profiles.get('user-0')).not.toHaveProperty('idleHour');
  });

  it('is not forgotten when they sign in while the clean-up comes to them', async () => {
    await goneForADay(1);
    const late = inProcess(world, {
      before: async ({ method }) => {
        if (method === 'claimForRemoval') await signIn(world, 'user-0');
      },
    });
    expect(await cleanUp(late)).toMatchObject({ users: { absent: 1, forgotten: 0 } });
    expect(world.profiles.all()).toHaveLength(1);
  });

  it('is not forgotten when they were there while the clean-up came to them, even without a stage', async () => {
    await goneForADay(1);
    const late = inProcess(world, {
      before: async ({ method }) => {
        if (method !== 'claimForRemoval') return;
        const at = world.now();
        const fallbackName = 'Guest';
        await world.profiles.recordVisit({ userId: 'user-0', at, visibility: 'public', fallbackName, isSignIn: true });
      },
    });
    expect(await cleanUp(late)).toMatchObject({ users: { forgotten: 0 } });
    expect(world.profiles.all()).toHaveLength(1);
  });

  it.each([
    ['in-session', { activeSessionId: 'st-1' }],
    ['retained', { tags: { 'stagedoor:deployment': 'Stagedoor', 'stagedoor:retain': '' } }],
    ['foreign', { tags: {} }],
  ])('keeps all while their stage is %s', async (kept, change) => {
    await signIn(world);
    world.userDirectory.gone.add('ada');
    Object.assign([...world.ivs.stages.values()][0] ?? {}, change);
    for (let month = 1; month <= 3; month++) {
      world.clock.advance(31 * DAY_MS);
      expect(await cleanUp(world)).toMatchObject({ stale: { [kept]: 1 }, users: { absent: 1, forgotten: 0 } });
    }
    expect(world.profiles.all()).toHaveLength(1);
  });

  it('is asked for by one call of ListUsers a stale profile, at most four a second, and by none for others', async () => {
    for (let i = 0; i < 10; i++) await signIn(world, `user-${i}`);
    world.clock.advance(31 * DAY_MS);
    await signIn(world, 'grace');
    const times: number[] = [];
    world.userDirectory.trouble = () => void times.push(world.now().getTime());
    await cleanUp(world);
    expect(world.userDirectory.asked).toHaveLength(10);
    for (const [i, at] of times.entries()) {
      expect((times[i + 4] ?? Number.POSITIVE_INFINITY) - at).toBeGreaterThanOrEqual(SECOND_MS);
    }
    await cleanUp(world);
    expect(world.userDirectory.asked).toHaveLength(10);
  });

  it('counts as present when the user pool does not answer, and is asked for again', async () => {
    await signIn(world, 'ada');
    await signIn(world, 'grace');
    world.clock.advance(31 * DAY_MS);
    world.userDirectory.trouble = (userId) => (userId === 'ada' ? new Error('not now') : undefined);
    expect(await cleanUp(world)).toMatchObject({ stale: { removed: 2 }, users: { absent: 0, failed: 1 } });
    expect(world.log.messages('error')).toEqual(['a user could not be looked up']);
    world.userDirectory.asked.length = 0;
    await cleanUp(world);
    expect(world.userDirectory.asked).toEqual(['ada']);
  });

  it('is not forgotten by two runs within a day, whatever time they are given', async () => {
    await signIn(world);
    world.userDirectory.gone.add('ada');
    world.clock.advance(40 * DAY_MS);
    await cleanUp(world, new Date(world.now().getTime() - 5 * DAY_MS));
    expect(await cleanUp(world)).toMatchObject({ users: { absent: 1, forgotten: 0 } });
  });
});

describe('many users who are gone at once', () => {
  it('are forgotten up to twenty', async () => {
    await goneForADay(20);
    expect(await cleanUp(world)).toMatchObject({ users: { absent: 20, forgotten: 20, refused: 0 } });
    expect(world.profiles.all()).toEqual([]);
    expect(world.stageMembers.rows.size).toBe(0);
    expect(world.metrics.records.at(-1)).toMatchObject({ UsersForgotten: 20, UsersGoneRefused: 0 });
  });

  it('are all kept from twenty-one on, and somebody is told', async () => {
    await goneForADay(21);
    expect(await cleanUp(world)).toMatchObject({ users: { absent: 21, forgotten: 0, refused: 21 } });
    expect(world.profiles.all()).toHaveLength(21);
    expect(world.log.messages('error')).toEqual(['too many users are gone from the user pool: none is forgotten']);
    expect(world.metrics.records.at(-1)).toMatchObject({ UsersForgotten: 0, UsersGoneRefused: 21 });
  });

  it('are kept by a run that saw only the last of them', async () => {
    await goneForADay(21);
    const stopAt = new Date(world.now().getTime() + 2 * SECOND_MS);
    expect(await removeStaleStages(world)({ asOf: world.now(), stopAt, dryRun: false })).toMatchObject({
      complete: false,
    });
    expect(await cleanUp(world)).toMatchObject({ complete: true, users: { forgotten: 0, refused: 0 } });
    expect(world.profiles.all()).toHaveLength(21);
  });

  it('are counted and kept by a dry run', async () => {
    await goneForADay(3);
    expect(await cleanUp(world, world.now(), true)).toMatchObject({ users: { absent: 3, forgotten: 3 } });
    expect(world.profiles.all()).toHaveLength(3);
  });

  it('do not keep each other from being forgotten', async () => {
    await goneForADay(3);
    const deleteAllOf = world.stageMembers.deleteAllOf.bind(world.stageMembers);
    world.stageMembers.deleteAllOf = (userId) =>
      userId === 'user-1' ? Promise.reject(new Error('not now')) : deleteAllOf(userId);
    expect(await cleanUp(world)).toMatchObject({ users: { forgotten: 2, failed: 1 } });
    expect(world.profiles.all().map(({ userId }) => userId)).toEqual(['user-1']);
    world.stageMembers.deleteAllOf = deleteAllOf;
    world.clock.advance(HOUR_MS);
    expect(await cleanUp(world)).toMatchObject({ users: { forgotten: 1 } });
  });
});
