import { describe, expect, it } from '@jest/globals';
import type { Services } from '../../../../lambdas/stages/ports.ts';
import { stageIdOf, tagsOf } from '../../../../lambdas/stages/stage-tags.ts';
import { dies, inProcess, type OutsideCall } from '../../../support/process.ts';
import {
  afterNextSignInAndSweep,
  cleanUp,
  drainQueue,
  putStage,
  SETTLED,
  signIn,
} from '../../../support/stage-life.ts';
import { createWorld, type World } from '../../../support/world.ts';

const DAY_MS = 86_400_000;

/** Every way through `ensureUserStage`: how the world is before the visit, and the visit. */
const journeys: Record<
  string,
  { prepare?: (world: World) => Promise<void>; visit: (s: Services) => Promise<unknown> }
> = {
  'a first sign-in': { visit: signIn },
  'a first PUT': { visit: putStage },
  'a sign-in that IVS throttles': {
    prepare: async (world) => {
      world.ivs.trouble = () => 'throttled';
    },
    visit: signIn,
  },
  'a sign-in whose CreateStage answer is lost': {
    prepare: async (world) => {
      world.ivs.trouble = (operation) => (operation === 'createStage' ? 'applied-then-lost' : undefined);
    },
    visit: signIn,
  },
  'a sign-in that finds its stage gone': {
    prepare: async (world) => {
      await signIn(world);
      world.ivs.stages.clear();
      world.clock.advance(5 * DAY_MS);
    },
    visit: signIn,
  },
  'a sign-in that is too slow for its lease and finds another stage': {
    visit: (services) =>
      signIn(
        inProcess(services, {
          after: async ({ method }) => {
            if (method !== 'createStage') return;
            (services as World).clock.advance(6_000);
            await signIn(services as World);
          },
        }),
      ),
  },
  'a queued stage that is made': {
    prepare: async (world) => {
      world.ivs.trouble = () => 'throttled';
      await signIn(world);
      world.ivs.trouble = () => undefined;
    },
    visit: async (services) => {
      const { messages } = (services as World).provisioningQueue;
      const copy = [...messages];
      await drainQueue({ ...(services as World), provisioningQueue: { messages: [...copy] } } as World, services);
    },
  },
  'a sweep of a surplus stage': {
    prepare: async (world) => {
      await signIn(world);
      const createdAt = new Date(world.now().getTime() - 3_600_000).toISOString();
      const tags = tagsOf({ ownerId: 'ada', deployment: 'Stagedoor', attemptId: 'lost', createdAt });
      const arn = world.ivs.add('user-ada-stage', tags);
      await world.stageOwners.put(stageIdOf(arn), 'ada');
    },
    visit: (services) => cleanUp(services),
  },
  'a clean-up of the stale stage': {
    prepare: async (world) => {
      await signIn(world);
      world.clock.advance(31 * DAY_MS);
    },
    visit: (services) => cleanUp(services),
  },
};

async function callsOf(journey: keyof typeof journeys): Promise<OutsideCall[]> {
  const { prepare, visit } = journeys[journey] ?? {};
  const world = createWorld();
  await prepare?.(world);
  const calls: OutsideCall[] = [];
  await visit?.(inProcess(world, { before: (call) => void calls.push(call) }));
  return calls;
}

/** Runs the journey until it ends or its process is dead, whichever comes first. */
async function crash(world: World, visit: (s: Services) => Promise<unknown>, at: number, when: 'before' | 'after') {
  const { promise: dead, resolve: die } = Promise.withResolvers<void>();
  const hook = ({ number }: OutsideCall) => {
    if (number !== at) return;
    die();
    return dies();
  };
  await Promise.race([visit(inProcess(world, { [when]: hook })), dead]);
}

describe.each(Object.keys(journeys))('%s', (journey) => {
  const { prepare, visit } = journeys[journey] as (typeof journeys)[string];

  it.each(['before', 'after'] as const)('survives a crash %s each of its AWS calls', async (when) => {
    for (const { number, port, method } of await callsOf(journey)) {
      const world = createWorld();
      await prepare?.(world);
      await crash(world, visit, number, when);
      expect({ call: `${port}.${method}`, ...(await afterNextSignInAndSweep(world)) }).toEqual({
        call: `${port}.${method}`,
        ...SETTLED,
      });
    }
  });

  it('survives the lost answer of each of its writes, which the SDK sends again', async () => {
    for (const { number, port, method } of await callsOf(journey)) {
      if (port === 'ivs') continue;
      const world = createWorld();
      await prepare?.(world);
      await visit(inProcess(world, { losesAnswer: (call) => call.number === number }));
      expect({ call: `${port}.${method}`, ...(await afterNextSignInAndSweep(world)) }).toEqual({
        call: `${port}.${method}`,
        ...SETTLED,
      });
    }
  });
});

it('comes to the same answer when the answers of its writes are lost', async () => {
  const world = createWorld();
  expect(await signIn(inProcess(world, { losesAnswer: ({ port }) => port === 'profiles' }))).toMatchObject({
    state: 'active',
  });
  expect(world.ivs.stages.size).toBe(1);
});
