import { describe, expect, it } from '@jest/globals';
import type { Services } from '../../../../lambdas/stages/ports.ts';
import { ALL_WELL, afterIngestSweep, close, open } from '../../../support/ingest-life.ts';
import { dies, inProcess, type OutsideCall } from '../../../support/process.ts';
import { cleanUp, putStage, signIn } from '../../../support/stage-life.ts';
import { createWorld, type World } from '../../../support/world.ts';

const DAY_MS = 86_400_000;

/** Every way through the life of an ingest: how the world is before the request, and the request. */
const journeys: Record<
  string,
  { prepare?: (world: World) => Promise<unknown>; run: (services: Services) => Promise<unknown> }
> = {
  'opening an ingest': { run: open },
  'opening an ingest that IVS throttles': {
    prepare: async (world) => {
      world.ingests.trouble = () => 'throttled';
    },
    run: (services) => open(services).catch(() => undefined),
  },
  'opening an ingest whose answer is lost': {
    prepare: async (world) => {
      world.ingests.trouble = () => 'applied-then-lost';
    },
    run: (services) => open(services).catch(() => undefined),
  },
  'opening an ingest after an attempt that was abandoned': {
    prepare: async (world) => {
      world.ingests.trouble = () => 'applied-then-lost';
      await open(world).catch(() => undefined);
      world.ingests.trouble = () => undefined;
      world.clock.advance(12_000);
    },
    run: open,
  },
  'opening an ingest after that of an earlier stage': {
    prepare: async (world) => {
      await open(world);
      world.ivs.stages.clear();
      world.clock.advance(60_000);
      await putStage(world);
    },
    run: open,
  },
  'closing an ingest': { prepare: open, run: close },
  'a clean-up of a stale stage with an ingest': {
    prepare: async (world) => {
      await open(world);
      world.clock.advance(31 * DAY_MS);
    },
    run: (services) => cleanUp(services),
  },
  'a sweep of an ingest that no slot names': {
    prepare: async (world) => {
      await open(world);
      await world.stageMembers.deleteAllOf('ada');
      world.clock.advance(60 * 60_000);
    },
    run: (services) => cleanUp(services),
  },
};

async function prepareWorld(journey: string): Promise<World> {
  const world = createWorld();
  await signIn(world);
  await journeys[journey]?.prepare?.(world);
  return world;
}

async function callsOf(journey: string): Promise<readonly OutsideCall[]> {
  const world = await prepareWorld(journey);
  const calls: OutsideCall[] = [];
  await journeys[journey]?.run(inProcess(world, { before: (call) => void calls.push(call) }));
  return calls;
}

/** Runs the journey until it ends or its process is dead, whichever comes first. */
async function crash(world: World, journey: string, at: number, when: 'before' | 'after'): Promise<void> {
  const { promise: dead, resolve: die } = Promise.withResolvers<void>();
  const hook = ({ number }: OutsideCall) => {
    if (number !== at) return;
    die();
    return dies();
  };
  await Promise.race([journeys[journey]?.run(inProcess(world, { [when]: hook })), dead]);
}

describe.each(Object.keys(journeys))('%s', (journey) => {
  it.each(['before', 'after'] as const)('survives a crash %s each of its AWS calls', async (when) => {
    for (const { number, port, method } of await callsOf(journey)) {
      const world = await prepareWorld(journey);
      await crash(world, journey, number, when);
      expect({ call: `${port}.${method}`, ...(await afterIngestSweep(world)) }).toEqual({
        call: `${port}.${method}`,
        ...ALL_WELL,
      });
    }
  });

  it('survives the lost answer of each call that the SDK sends again', async () => {
    for (const { number, port, method } of await callsOf(journey)) {
      if (method === 'create') continue;
      const world = await prepareWorld(journey);
      await journeys[journey]?.run(inProcess(world, { losesAnswer: (call) => call.number === number }));
      expect({ call: `${port}.${method}`, ...(await afterIngestSweep(world)) }).toEqual({
        call: `${port}.${method}`,
        ...ALL_WELL,
      });
    }
  });
});

it('opens the ingest all the same when the answers of its writes are lost', async () => {
  const world = await prepareWorld('opening an ingest');
  const opened = await open(inProcess(world, { losesAnswer: ({ port }) => port !== 'ingests' }));
  expect(opened.streamKey).toBe(`key-of-${[...world.ingests.configurations.keys()]}`);
});
