import { beforeEach, expect, it } from '@jest/globals';
import { cleanUp } from '../../../lambdas/events/clean-up/clean-up.ts';
import { signIn } from '../../support/stage-life.ts';
import { createWorld, type World } from '../../support/world.ts';

let world: World;
beforeEach(async () => {
  world = createWorld();
  await signIn(world);
});

const context = { getRemainingTimeInMillis: () => 900_000 };

it('measures staleness at the time of the event, reports and logs the report', async () => {
  const report = await cleanUp(world)({ time: '2026-03-01T00:00:00Z' }, context);
  expect(report).toMatchObject({ asOf: '2026-03-01T00:00:00.000Z', stale: { removed: 1 } });
  expect(world.log.lines).toEqual([{ level: 'info', message: 'clean-up', fields: report }]);
});

it('measures staleness now when the event names no time', async () => {
  expect(await cleanUp(world)({}, context)).toMatchObject({ asOf: world.now().toISOString(), stale: {} });
});

it('changes nothing in a dry run', async () => {
  await cleanUp(world)({ time: '2026-03-01T00:00:00Z', dryRun: true }, context);
  expect(world.ivs.stages.size).toBe(1);
});

it('stops half a minute before its function would be stopped', async () => {
  const event = { time: '2026-03-01T00:00:00Z' };
  expect(await cleanUp(world)(event, { getRemainingTimeInMillis: () => 30_000 })).toMatchObject({ complete: false });
  expect(world.ivs.stages.size).toBe(1);
});

it('makes room when the queue asks for it, and by hand without a message', async () => {
  world.clock.advance(2 * 86_400_000);
  for (const dryRun of [true, false]) {
    const report = await cleanUp(world)({ Records: [], dryRun }, context);
    expect(report).toMatchObject({ dryRun, idle: { removed: 1 }, roomReached: true });
  }
  expect(world.ivs.stages.size).toBe(0);
});

it('fails when another run is under way and the queue asks, so that the message comes back; the schedule goes on', async () => {
  await world.runLeases.acquire('clean-up', 'another', new Date(world.now().getTime() + 60_000), world.now());
  await expect(cleanUp(world)({ Records: [{}] }, context)).rejects.toThrow('another run is under way');
  expect(await cleanUp(world)({}, context)).toEqual({ skipped: 'another run is under way' });
});

it('forgets as many users as it is allowed to, or none', async () => {
  world.userDirectory.gone.add('ada');
  await cleanUp(world)({ time: '2026-03-01T00:00:00Z' }, context);
  const later = { time: '2026-03-03T00:00:00Z' };
  expect(await cleanUp(world)({ ...later, forgetAtMost: 0 }, context)).toMatchObject({ users: { refused: 1 } });
  expect(await cleanUp(world)({ ...later, forgetAtMost: 1 }, context)).toMatchObject({ users: { forgotten: 1 } });
});

it('retires signing keys when the schedule runs it, not when the queue asks for room', async () => {
  expect(await cleanUp(world)({ Records: [] }, context)).not.toHaveProperty('signingKeys');
  expect(await cleanUp(world)({}, context)).toMatchObject({ signingKeys: { kept: 0, deleted: 0, failed: 0 } });
});

it('refuses a time that is none', async () => {
  await expect(cleanUp(world)({ time: 'tomorrow' }, context)).rejects.toThrow(
    'time must be an ISO 8601 time, got "tomorrow"',
  );
});
