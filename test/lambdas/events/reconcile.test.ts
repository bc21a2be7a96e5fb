import { expect, it } from '@jest/globals';
import { reconcile } from '../../../lambdas/events/reconcile/reconcile.ts';
import { liveStatusOfUser, openStage } from '../../support/live-stage.ts';
import { createWorld } from '../../support/world.ts';

const worldWithLostEvent = async () => {
  const world = createWorld();
  const arn = await openStage(world);
  world.ivs.join(arn, 'p');
  world.ivs.publish(arn, 'p');
  world.clock.advance(60_000);
  return world;
};

it('heals what events did not tell, reports and logs the report', async () => {
  const world = await worldWithLostEvent();
  const report = await reconcile(world)({}, { getRemainingTimeInMillis: () => 270_000 });
  expect(report).toEqual({
    candidates: 1,
    examined: 1,
    corrected: 1,
    failed: 0,
    liveStages: 1,
    publishers: 1,
    participants: 1,
    putOut: 0,
    durationMs: 3000,
    complete: true,
  });
  expect(world.log.lines).toEqual([{ level: 'info', message: 'reconcile', fields: report }]);
  expect(await liveStatusOfUser(world)).toMatchObject({ live: true });
});

it('stops half a minute before its function would be stopped', async () => {
  const world = await worldWithLostEvent();
  const report = await reconcile(world)({}, { getRemainingTimeInMillis: () => 30_000 });
  expect(report).toMatchObject({ examined: 0, complete: false });
});
