import { afterAll, describe, expect, it } from '@jest/globals';
import { leave } from '../../../lambdas/stages/leave.ts';
import { applyStageUpdate } from '../../../lambdas/stages/live/apply-stage-update.ts';
import { isPublishing, type PublishingKind } from '../../../lambdas/stages/live/publishers.ts';
import { type Exploration, exploreEveryHistory, type Process } from '../../support/explore.ts';
import { reconcile } from '../../support/live-stage.ts';
import { recordProof } from '../../support/proof.ts';
import {
  afterLeavingAndSweep,
  afterNextSignInAndSweep,
  cleanUp,
  NOTHING_LEFT,
  putStage,
  SETTLED,
  signIn,
} from '../../support/stage-life.ts';
import { createWorld, MemoryRunLeases } from '../../support/world.ts';

const DAY_MS = 86_400_000;
/** Nobody has an ingest here: test/lambdas/stages/ingest/every-ingest-history.test.ts explores their orders. */
const except = ['ingestSlots', 'ingests'] as const;

const newUser = async () => createWorld();
const idleUser = async () => {
  const world = createWorld();
  await signIn(world);
  world.clock.advance(31 * DAY_MS);
  return world;
};
/** Missing in the user pool for a day, so that the next clean-up forgets them, unless they come back after all. */
const goneUser = async () => {
  const world = await idleUser();
  world.userDirectory.gone.add('ada');
  await cleanUp(world);
  world.clock.advance(DAY_MS);
  return world;
};
const settles: Exploration['check'] = async (world, history) => {
  expect({ history, ...(await afterNextSignInAndSweep(world)) }).toEqual({ history, ...SETTLED });
};
/** Lets every lease end at any one moment of a history. */
const timePasses: Process = async ({ provisioningQueue, clock }) => {
  await provisioningQueue.backlog();
  clock.advance(31_000);
};
const cleansUp: Process = (services) => cleanUp(services);
const publishes: Process = async (services) => {
  const [stageArn = ''] = services.ivs.stages.keys();
  const moment = { at: services.now().getTime() * 1000, within: 1 };
  await applyStageUpdate(services)({
    kind: 'published',
    stageArn,
    participantId: 'p1',
    userId: '',
    moment,
    replica: false,
  });
};
const leaves: Process = (services) => leave(services)('ada');

const explored: (readonly [string, number])[] = [];
async function explore(what: string, exploration: Exploration): Promise<void> {
  explored.push([what, await exploreEveryHistory(exploration)]);
}
afterAll(() => {
  const histories = explored.reduce((sum, [, count]) => sum + count, 0);
  recordProof('histories', { figures: [['histories', histories], ...explored] });
});

describe('every order of the AWS calls, each in a world of its own, ends with one stage that the profile names:', () => {
  it.each([
    ['two first visits, one of which may die', newUser, [signIn, putStage], 1],
    ['three first visits, one of which may die', newUser, [signIn, putStage, signIn], 1],
    ['a visit and a clean-up of the idle stage, one of which may die', idleUser, [signIn, cleansUp], 1],
    ['a visit and a clean-up while leases end', idleUser, [putStage, cleansUp, timePasses], 0],
    ['a visit and a clean-up that forgets the user, one of which may die', goneUser, [signIn, cleansUp], 1],
    ['two clean-ups that know nothing of each other', idleUser, [cleansUp, unaware(cleansUp)], 1],
    ['two first visits, of which one may die, while leases end', newUser, [signIn, putStage, timePasses], 1],
  ] as const)(
    '%s',
    async (what, newWorld, processes, crashes) => {
      await explore(what, { newWorld, processes, crashes, except, check: settles });
    },
    600_000,
  );
});

describe('every order of the AWS calls spares a stage whose publisher the profile knew before DeleteStage:', () => {
  it.each([
    ['a publish event and a clean-up, one of which may die', [publishes, cleansUp], 1],
    ['a publish event and a clean-up while leases end', [publishes, cleansUp, timePasses], 0],
  ] as const)(
    '%s',
    async (what, processes, crashes) => {
      const deletedWhileLive: string[] = [];
      const newWorld = async () => {
        const world = await idleUser();
        const deleteStage = world.ivs.deleteStage.bind(world.ivs);
        world.ivs.deleteStage = async (arn, signal) => {
          const profile = await world.profiles.get('ada');
          await deleteStage(arn, signal);
          if (profile?.live) deletedWhileLive.push(arn);
        };
        return world;
      };
      const check: Exploration['check'] = async (world, history) => {
        expect({ history, deletedWhileLive }).toEqual({ history, deletedWhileLive: [] });
        const { live, stage } = (await world.profiles.get('ada')) ?? {};
        if (live)
          expect({ history, exists: world.ivs.stages.has(stage?.arn ?? '') }).toEqual({ history, exists: true });
      };
      await explore(what, { newWorld, processes, crashes, except, check });
    },
    600_000,
  );
});

describe('every order of the AWS calls ends with what IVS knows of who publishes:', () => {
  const begins = takesIn('published', 1);
  const stops = takesIn('unpublished', 2);
  const another = takesIn('published', 3, 'p2');

  it.each([
    ['a start and a stop', [begins, stops], 0, []],
    ['a start that is told twice and a stop', [begins, stops, begins], 0, []],
    ['two participants who start', [begins, another], 0, ['p1', 'p2']],
    ['one starts and stops while another starts', [begins, stops, another], 0, ['p2']],
  ] as const)('%s', async (what, processes, crashes, publishing) => {
    const newWorld = async () => {
      const world = createWorld();
      await signIn(world);
      return world;
    };
    const check: Exploration['check'] = async (world, history) => {
      const { publishers = {}, live, publisherCount } = (await world.profiles.get('ada')) ?? {};
      const found = Object.keys(publishers).filter((id) => isPublishing(publishers[id] ?? {}));
      expect({ history, found: found.sort(), live, publisherCount }).toEqual({
        history,
        found: publishing,
        live: publishing.length > 0,
        publisherCount: publishing.length,
      });
    };
    await explore(what, { newWorld, processes, crashes, except, check });
  });

  it('a start, a stop, of which one may be lost, and then a reconcile pass', async () => {
    const newWorld = async () => {
      const world = createWorld();
      await signIn(world);
      const [arn = ''] = world.ivs.stages.keys();
      world.ivs.join(arn, 'p1');
      world.ivs.publish(arn, 'p1');
      world.clock.advance(1_000);
      world.ivs.unpublish(arn, 'p1');
      world.clock.advance(1_000);
      return world;
    };
    const arrives =
      (index: number): Process =>
      async (services) => {
        const event = services.ivs.events[index];
        if (event) await applyStageUpdate(services)(event);
      };
    const check: Exploration['check'] = async (world, history) => {
      world.clock.advance(60_000);
      await reconcile(world);
      const { live } = (await world.profiles.get('ada')) ?? {};
      expect({ history, live }).toEqual({ history, live: false });
    };
    await explore('a start and a stop, one of which may be lost, and a reconcile pass', {
      newWorld,
      processes: [arrives(0), arrives(1)],
      crashes: 1,
      check,
    });
  });
});

describe('every order of the AWS calls leaves nothing of a user who left, once they ask again and the sweep has run:', () => {
  it.each([
    ['a first visit and the user leaving, one of which may die', newUser, [putStage, leaves], 1],
    ['a visit and the user leaving, one of which may die', idleUser, [signIn, leaves], 1],
    ['a clean-up and the user leaving, one of which may die', idleUser, [cleansUp, leaves], 1],
    ['a publish event and the user leaving, one of which may die', idleUser, [publishes, leaves], 1],
    ['the user leaving twice at once, of which one may die', idleUser, [leaves, leaves], 1],
  ] as const)(
    '%s',
    async (what, newWorld, processes, crashes) => {
      const check: Exploration['check'] = async (world, history) => {
        expect({ history, ...(await afterLeavingAndSweep(world)) }).toEqual({ history, ...NOTHING_LEFT });
      };
      await explore(what, { newWorld, processes, crashes, except, check });
    },
    600_000,
  );
});

/** An event of IVS that arrives once. */
function takesIn(kind: PublishingKind, second: number, participantId = 'p1'): Process {
  return async (services) => {
    const [stageArn = ''] = services.ivs.stages.keys();
    const moment = { at: (services.now().getTime() + second * 1000) * 1000, within: 1 };
    await applyStageUpdate(services)({ kind, stageArn, participantId, userId: '', moment, replica: false });
  };
}

/** Runs as if its own lease were free: what protects then is the lease in the profile. */
function unaware(process: Process): Process {
  return (services) => process({ ...services, runLeases: new MemoryRunLeases() });
}
