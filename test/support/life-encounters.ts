import fc from 'fast-check';
import { leave } from '../../lambdas/stages/leave.ts';
import { interleave, type Process } from './explore.ts';
import { meet, noteMistake } from './fates.ts';
import { idOn } from './life-of-surroundings.ts';
import { checkDueRights, cleanUpNow, reconcile, takesIn, visitOf } from './life-processes.ts';
import { type Step, step } from './life-step.ts';
import { drainQueue, putStage } from './stage-life.ts';
import type { Life } from './whole-life.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;
const MONTH_MS = 31 * 24 * 60 * MINUTE_MS;

/** What may meet at one stage, by name. */
const PROCESSES = {
  'a sign-in': (life: Life) => visitOf(life, 'signs in', 'ada'),
  'a PUT': (life: Life) => visitOf(life, 'puts', 'ada'),
  'a poller of the queue': () => (services: World) => drainQueue(services, services),
  'another poller': () => (services: World) => drainQueue(services, services),
  'a clean-up': () => cleanUpNow,
  'a reconcile pass': () => reconcile,
  'a look at rights': (life: Life) => (services: World) => checkDueRights(life, services),
  'an event': ({ world }: Life) => {
    const event = world.ivs.events.shift();
    return event ? takesIn(event) : async () => undefined;
  },
  'a start': startsPublishing,
  'a new stage': isReplaced,
} satisfies Record<string, (life: Life) => Process>;
type Name = keyof typeof PROCESSES;
const NAMES = Object.keys(PROCESSES) as Name[];

/** At any one moment, and IVS tells at once. */
function startsPublishing({ world }: Life): Process {
  return async (services) => {
    await services.provisioningQueue.backlog();
    const { ivs, profiles } = world;
    const arn = profiles.all().find(({ userId }) => userId === 'ada')?.stage?.arn;
    if (arn === undefined || !ivs.stages.has(arn)) return;
    ivs.join(arn, idOn(arn, 'p1'));
    ivs.publish(arn, idOn(arn, 'p1'));
    const [event] = ivs.events.splice(-1);
    if (event) await takesIn(event)(services);
  };
}

/** Somebody deletes the stage, and its owner asks for another. */
function isReplaced({ world }: Life): Process {
  return async (services) => {
    const { ivs, profiles, clock } = world;
    const arn = profiles.all().find(({ userId }) => userId === 'ada')?.stage?.arn;
    if (arn !== undefined) ivs.removeStage(arn);
    clock.advance(MINUTE_MS);
    await putStage(services);
  };
}

const BEFORE = {
  '': async () => undefined,
  'a month later ': async ({ world }: Life) => world.clock.advance(MONTH_MS),
  'after ada left ': async ({ world, leavers }: Life) => {
    leavers.add('ada');
    await leave(world)('ada').catch(() => undefined);
    leavers.delete('ada');
  },
} satisfies Record<string, (life: Life) => Promise<unknown>>;
type Before = keyof typeof BEFORE;
const arbitraryBefore = fc.constantFrom(...(Object.keys(BEFORE) as Before[]));

/** Each makes its calls in turns with the others. */
const takeTurns = (names: readonly Name[], choices: readonly number[], before: Before): Step =>
  step(`${before}at once: ${names.join(', ')} (${choices})`, async (life) => {
    const { world, befell, flaw } = life;
    await BEFORE[before](life);
    const pollers = names.filter((name) => name.includes('poller')).length;
    if (pollers === 2 && world.provisioningQueue.messages.length > 0) befell.count('two pollers share a queue');
    befell.count('processes take turns');
    const processes = names.map((name): Process => {
      const process = PROCESSES[name](life);
      return (services) => process(flaw(services, world)).catch(noteMistake(life));
    });
    await interleave(world, processes, choices);
  });

interface Overtaking {
  readonly before: Before;
  readonly slow: Name;
  readonly at: number;
  readonly seconds: number;
  readonly fast: Name;
}

/** One stands still at a call of its own while another does all that it does. */
const overtakes = ({ before, slow, at, seconds, fast }: Overtaking): Step =>
  step(`${before}${fast} overtakes ${slow} at call ${at}, ${seconds} s later`, async (life) => {
    await BEFORE[before](life);
    await meet(life, PROCESSES[slow](life), { befalls: 'it pauses', at });
    const goOn = life.paused.pop();
    life.world.clock.advance(seconds * 1000);
    await meet(life, PROCESSES[fast](life), { befalls: 'nothing', at: 0 });
    await goOn?.();
    life.befell.count('one overtakes another');
  });

const arbitraryTurns = fc.array(fc.nat(5), { minLength: 5, maxLength: 11 });
const arbitraryOvertaking = fc
  .record({
    before: arbitraryBefore,
    slow: fc.constantFrom<Name>('a sign-in', 'a PUT', 'a clean-up', 'a clean-up', 'a start', ...NAMES),
    at: fc.integer({ min: 2, max: 7 }),
    seconds: fc.constantFrom(0, 7),
    fast: fc.constantFrom<Name>('a sign-in', 'a PUT', 'a start', 'a start', 'a new stage', ...NAMES),
  })
  .map(overtakes);

/** Processes that meet. */
export const stepsOfEncounters = [
  ...Array.from({ length: 6 }, () => arbitraryOvertaking),
  fc
    .tuple(fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 2, maxLength: 3 }), arbitraryTurns, arbitraryBefore)
    .map((given) => takeTurns(...given)),
  arbitraryTurns.map((turns) => takeTurns(['a poller of the queue', 'another poller'], turns, '')),
];
