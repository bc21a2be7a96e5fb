import { afterAll, expect, it } from '@jest/globals';
import { startPaces } from '../../../../lambdas/stages/clean-up/clean-up-run.ts';
import { removeUserStage } from '../../../../lambdas/stages/clean-up/remove-user-stage.ts';
import { leave } from '../../../../lambdas/stages/leave.ts';
import { type Exploration, exploreEveryHistory, type Process } from '../../../support/explore.ts';
import { ALL_WELL, afterIngestSweep, close, open } from '../../../support/ingest-life.ts';
import { recordProof } from '../../../support/proof.ts';
import { cleanUp, putStage, signIn } from '../../../support/stage-life.ts';
import { createWorld } from '../../../support/world.ts';

const DAY_MS = 86_400_000;

const withStage = async () => {
  const world = createWorld();
  await signIn(world);
  return world;
};
const withIngest = async () => {
  const world = await withStage();
  await open(world);
  return world;
};
const idle = async () => {
  const world = await withStage();
  world.clock.advance(31 * DAY_MS);
  return world;
};
const idleWithIngest = async () => {
  const world = await withIngest();
  world.clock.advance(31 * DAY_MS);
  return world;
};
/** An attempt died, and IVS had made its ingest. */
const withAbandonedIngest = async () => {
  const world = await withStage();
  world.ingests.trouble = () => 'applied-then-lost';
  await open(world).catch(() => undefined);
  world.ingests.trouble = () => undefined;
  world.clock.advance(12_000);
  return world;
};
/** The stage has gone, and a visit put another in its place. */
const withIngestOfAnEarlierStage = async () => {
  const world = await withIngest();
  world.ivs.stages.clear();
  world.clock.advance(60_000);
  await putStage(world);
  return world;
};

const opens: Process = (services) => open(services);
const closes: Process = (services) => close(services);
const leaves: Process = (services) => leave(services)('ada');
const sweeps: Process = (services) => cleanUp(services);
/** The part of a clean-up that is about one stage. */
const removes: Process = async (services) => {
  const [stageArn = ''] = services.ivs.stages.keys();
  const claim = { userId: 'ada', idleHour: '2026-01-01T00', stageArn };
  await removeUserStage(services, startPaces(services))(claim, { staysIdle: true });
};
/** Lets every reservation end at any one moment of a history. */
const timePasses: Process = async ({ provisioningQueue, clock }) => {
  await provisioningQueue.backlog();
  clock.advance(12_000);
};

const explored: (readonly [string, number])[] = [];
afterAll(() => {
  const histories = explored.reduce((sum, [, count]) => sum + count, 0);
  recordProof('ingest-histories', { figures: [['histories', histories], ...explored] });
});

it.each([
  ['two requests that open an ingest, one of which may die', withStage, [opens, opens], 1],
  ['three requests that open an ingest', withStage, [opens, opens, opens], 0],
  [
    'two requests that open an ingest while reservations end, of which one may die',
    withStage,
    [opens, opens, timePasses],
    1,
  ],
  ['two requests after an attempt that was abandoned, one of which may die', withAbandonedIngest, [opens, opens], 1],
  [
    'two requests that find the ingest of an earlier stage, one of which may die',
    withIngestOfAnEarlierStage,
    [opens, opens],
    1,
  ],
  ['a request that opens and one that closes, one of which may die', withIngest, [opens, closes], 1],
  ['two requests that close, one of which may die', withIngest, [closes, closes], 1],
  ['a request that opens and the removal of the stage, one of which may die', idle, [opens, removes], 1],
  [
    'a request that opens and the removal of a stage with ingest, one of which may die',
    idleWithIngest,
    [opens, removes],
    1,
  ],
  ['a request that closes and the removal of the stage, one of which may die', idleWithIngest, [closes, removes], 1],
  ['a request that opens and the user leaving, one of which may die', withStage, [opens, leaves], 1],
  ['a request that closes and the user leaving, one of which may die', withIngest, [closes, leaves], 1],
  ['a request that opens and a sweep, one of which may die', withIngestOfAnEarlierStage, [opens, sweeps], 1],
] as const)(
  'every order of the AWS calls ends with at most one ingest, named by its slot, and none of a stage that is gone: %s',
  async (what, newWorld, processes, crashes) => {
    const check: Exploration['check'] = async (world, history) => {
      expect({ history, ...(await afterIngestSweep(world)) }).toEqual({ history, ...ALL_WELL });
    };
    const except = ['runLeases', 'stageOwners'] as const;
    explored.push([what, await exploreEveryHistory({ newWorld, processes, crashes, except, check })]);
  },
  600_000,
);
