import { beforeEach, describe, expect, it } from '@jest/globals';
import { makeRoom } from '../../../../lambdas/stages/clean-up/make-room.ts';
import { tagsOf } from '../../../../lambdas/stages/stage-tags.ts';
import { cleanUp, freeRoom, putStage, signIn } from '../../../support/stage-life.ts';
import { createWorld, settings, type World } from '../../../support/world.ts';

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];

let world: World;
beforeEach(() => {
  world = createWorld();
});

/** Owners who came one an hour, the first of them longest ago. */
async function ownersEachHour(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await signIn(world, `user-${String(i).padStart(3, '0')}`);
    world.clock.advance(HOUR_MS);
  }
}
const owners = () => [...world.ivs.stages.values()].map(({ tags }) => tags['stagedoor:owner']);
const others = (count: number) => {
  for (let i = 0; i < count; i++) world.ivs.add('theirs', {});
};
const addOrphan = () => {
  const createdAt = new Date(world.now().getTime() - DAY_MS).toISOString();
  return world.ivs.add('lost', tagsOf({ ownerId: 'nobody', deployment: 'Stagedoor', attemptId: 'lost', createdAt }));
};

describe('a region without room', () => {
  it('gets 3 % of its stages back, those of the longest idle owners', async () => {
    await ownersEachHour(50);
    world.clock.advance(DAY_MS);
    others(50);
    expect(await freeRoom(world)).toMatchObject({
      region: { stages: 100 },
      stages: 50,
      stale: {},
      idle: { removed: 3 },
      roomWanted: 3,
      roomFreed: 3,
      roomReached: true,
      complete: true,
    });
    expect(owners().filter(Boolean)).toHaveLength(47);
    for (const gone of ['user-000', 'user-001', 'user-002']) expect(owners()).not.toContain(gone);
    expect(world.log.messages('error')).toEqual([]);
  });

  it('frees orphans first, and then no more than is wanted', async () => {
    await ownersEachHour(50);
    world.clock.advance(DAY_MS);
    addOrphan();
    others(50);
    expect(await freeRoom(world)).toMatchObject({
      region: { stages: 101 },
      orphans: { deleted: 1 },
      idle: { removed: 3 },
      roomWanted: 4,
      roomFreed: 4,
    });
  });

  it('frees stale stages before those that are only idle, and tells them apart', async () => {
    await signIn(world, 'long ago');
    world.clock.advance(31 * DAY_MS);
    await ownersEachHour(39);
    world.clock.advance(DAY_MS);
    expect(await freeRoom(world)).toMatchObject({ stale: { removed: 1 }, idle: { removed: 1 }, roomFreed: 2 });
  });

  it('never loses a stage whose owner came within a day, and tells when nothing is left', async () => {
    await signIn(world, 'ada');
    world.clock.advance(DAY_MS - 1);
    expect(await freeRoom(world)).toMatchObject({ roomWanted: 1, roomFreed: 0, roomReached: false, complete: true });
    expect(world.ivs.stages.size).toBe(1);
    expect(world.log.messages('error')).toEqual(['not enough stages could be freed']);
  });

  it('never loses a stage to which somebody may still hold a token', async () => {
    const threeDays: World = { ...world, settings: { ...settings, tokenMinutes: 3 * 24 * 60 } };
    await putStage(world, 'ada');
    world.clock.advance(3 * DAY_MS - 1);
    expect(await freeRoom(threeDays)).toMatchObject({ roomReached: false });
    world.clock.advance(HOUR_MS + 1);
    expect(await freeRoom(threeDays)).toMatchObject({ roomReached: true, idle: { removed: 1 } });
  });

  it('keeps stages that are in session, retained or not ours, and goes on with the next', async () => {
    await ownersEachHour(4);
    world.clock.advance(DAY_MS);
    const [inSession, retained, foreign] = [...world.ivs.stages.values()];
    Object.assign(inSession ?? {}, { activeSessionId: 'st-1' });
    Object.assign(retained ?? {}, { tags: { ...retained?.tags, 'stagedoor:retain': '' } });
    Object.assign(foreign ?? {}, { tags: { ...foreign?.tags, 'stagedoor:deployment': 'Stagedoor-other' } });
    expect(await freeRoom(world)).toMatchObject({
      idle: { 'in-session': 1, retained: 1, foreign: 1, removed: 1 },
      roomReached: true,
    });
    expect(owners()).toEqual(['user-000', 'user-001', 'user-002']);
  });

  it('gives an owner who lost their stage a new one at the next visit', async () => {
    await signIn(world, 'ada');
    world.clock.advance(2 * DAY_MS);
    await freeRoom(world);
    expect(world.ivs.stages.size).toBe(0);
    expect(await putStage(world, 'ada')).toMatchObject({ state: 'active' });
  });

  it('leaves profiles to the hourly run, which asks for their users', async () => {
    await signIn(world, 'ada');
    world.clock.advance(31 * DAY_MS);
    await freeRoom(world);
    expect(world.userDirectory.asked).toEqual([]);
    expect(await world.profiles.get('ada')).toHaveProperty('idleHour');
    await cleanUp(world);
    expect(world.userDirectory.asked).toEqual(['ada']);
    expect(await world.profiles.get('ada')).not.toHaveProperty('idleHour');
  });
});

describe('a run that makes room', () => {
  it('costs two IVS calls a freed stage, and the list one a page', async () => {
    await ownersEachHour(50);
    world.clock.advance(DAY_MS);
    world.ivs.calls.length = 0;
    expect(await freeRoom(world)).toMatchObject({ roomFreed: 2 });
    const count = (name: string) => world.ivs.calls.filter(({ operation }) => operation === name).length;
    expect([count('getStage'), count('deleteStage'), count('createStage')]).toEqual([2, 2, 0]);
  });

  it('changes nothing when it is dry, and reports what it would do', async () => {
    await ownersEachHour(3);
    world.clock.advance(DAY_MS);
    addOrphan();
    const before = JSON.stringify([world.profiles.all(), [...world.ivs.stages]]);
    expect(await freeRoom(world, world.now(), true)).toMatchObject({
      dryRun: true,
      orphans: { deleted: 1 },
      roomFreed: 1,
      roomReached: true,
    });
    expect(JSON.stringify([world.profiles.all(), [...world.ivs.stages]])).toBe(before);
    expect(world.metrics.records.filter((record) => 'CleanUpSeconds' in record)).toEqual([]);
  });

  it('stops before its time is over', async () => {
    await ownersEachHour(3);
    world.clock.advance(DAY_MS);
    const request = { asOf: world.now(), stopAt: world.now(), dryRun: false };
    expect(await makeRoom(world)(request)).toMatchObject({
      complete: false,
      roomReached: false,
      region: { stages: null },
    });
    expect(world.ivs.stages.size).toBe(3);
  });

  it('stops in the middle of the idle ones', async () => {
    await ownersEachHour(70);
    world.clock.advance(DAY_MS);
    const [first] = world.ivs.stages.values();
    Object.assign(first ?? {}, { activeSessionId: 'st-1' });
    world.ivs.trouble = (operation) => (operation === 'getStage' ? { slowMs: 60_000 } : undefined);
    const patient: World = { ...world, deadline: () => new AbortController().signal };
    const stopAt = new Date(world.now().getTime() + 30_000);
    expect(await makeRoom(patient)({ asOf: world.now(), stopAt, dryRun: false })).toMatchObject({
      complete: false,
      idle: { 'in-session': 1 },
      roomWanted: 3,
      roomReached: false,
    });
  });

  it('frees no more than is wanted of the quota when it comes long after it was asked for', async () => {
    await ownersEachHour(10);
    world.clock.advance(2 * DAY_MS);
    const stopAt = new Date(world.now().getTime() + HOUR_MS);
    const roomAskedAt = new Date(world.now().getTime() - 120_000);
    const run = (stageQuota: number) =>
      makeRoom({ ...world, settings: { ...settings, stageQuota } })({
        asOf: world.now(),
        stopAt,
        dryRun: true,
        roomAskedAt,
      });
    expect(await run(1_000)).toMatchObject({ roomWanted: 0, roomFreed: 0, roomReached: true });
    expect(await run(10)).toMatchObject({ roomWanted: 1, roomFreed: 1 });
  });

  it('does not run beside the hourly one', async () => {
    await world.runLeases.acquire('clean-up', 'another', new Date(world.now().getTime() + HOUR_MS), world.now());
    await expect(freeRoom(world)).rejects.toThrow('another run is under way');
  });

  it('leaves the place where the hourly run goes on', async () => {
    world.runLeases.cursors.set('clean-up', '2026-01-01T00#ada');
    await freeRoom(world);
    expect(world.runLeases.cursors.get('clean-up')).toBe('2026-01-01T00#ada');
  });

  it('counts what it did', async () => {
    await ownersEachHour(3);
    world.clock.advance(DAY_MS);
    await freeRoom(world);
    expect(world.metrics.records.at(-1)).toMatchObject({
      StagesInUse: 3,
      StagesInRegion: 3,
      StageQuotaUsed: 0.3,
      StagesRemoved: 1,
      CleanUpFailures: 0,
    });
  });
});
