import { describe, expect, it } from '@jest/globals';
import { type Exploration, exploreEveryHistory, type Process } from '../../support/explore.ts';
import { afterNextSignInAndSweep, cleanUp, putStage, SETTLED, signIn } from '../../support/stage-life.ts';
import { createWorld } from '../../support/world.ts';

const DAY_MS = 86_400_000;

const newUser = async () => createWorld();
const idleUser = async () => {
  const world = createWorld();
  await signIn(world);
  world.clock.advance(31 * DAY_MS);
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

/** 352,160 histories, four minutes: `npm run prove`. */
const LONG_FORM =
  process.env.PROVE === '1'
    ? ([
        ['two first visits, of which one may die, while leases end', newUser, [signIn, putStage, timePasses], 1],
      ] as const)
    : [];

describe('every order of the AWS calls, each in a world of its own, ends with one stage that the profile names:', () => {
  it.each([
    ['two first visits, one of which may die', newUser, [signIn, putStage], 1],
    ['three first visits, one of which may die', newUser, [signIn, putStage, signIn], 1],
    ['a visit and a clean-up of the idle stage, one of which may die', idleUser, [signIn, cleansUp], 1],
    ['a visit and a clean-up while leases end', idleUser, [putStage, cleansUp, timePasses], 0],
    ['two clean-ups that know nothing of each other', idleUser, [cleansUp, unaware(cleansUp)], 1],
    ...LONG_FORM,
  ] as const)(
    '%s',
    async (what, newWorld, processes, crashes) => {
      const histories = await exploreEveryHistory({ newWorld, processes, crashes, check: settles });
      console.log(`${what}: ${histories} histories`);
    },
    600_000,
  );
});

/** Runs as if its own lease were free: what protects then is the lease in the profile. */
function unaware(process: Process): Process {
  return (services) =>
    process({ ...services, runLeases: { acquire: async () => true, release: async () => undefined } });
}
