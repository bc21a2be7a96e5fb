import fc from 'fast-check';
import type { UserId } from '../../contract/stages.ts';
import { leave } from '../../lambdas/stages/leave.ts';
import type { Process } from './explore.ts';
import { arbitraryFate, befalling, type Fate, meet } from './fates.ts';
import { close, open } from './ingest-life.ts';
import { stepsOfEncounters } from './life-encounters.ts';
import { rotate } from './life-of-keys.ts';
import { stepsOfPeople } from './life-of-people.ts';
import { stepsOfSurroundings } from './life-of-surroundings.ts';
import { checkDueRights, cleanUpNow, makeRoomNow, reconcile, takesIn, visitOf } from './life-processes.ts';
import { runs, type Step, step } from './life-step.ts';
import { drainQueue } from './stage-life.ts';
import { type Life, OWNERS } from './whole-life.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const arbitraryOwner = fc.constantFrom(...OWNERS);

/** A visit must succeed whatever happens. */
const visits = (kind: 'signs in' | 'puts', userId: UserId, fate: Fate): Step =>
  step(`${userId} ${kind}${befalling(fate)}`, (life) =>
    meet(life, visitOf(life, kind, userId), { ...fate, onlyIvsFails: true }),
  );

const leaves = (userId: UserId, fate: Fate): Step =>
  step(`${userId} deletes themselves${befalling(fate)}`, (life) => {
    life.leavers.add(userId);
    return meet(life, (services) => leave(services)(userId).finally(() => life.leavers.delete(userId)), fate);
  });

/** Any event that waits arrives, twice perhaps; or never. */
const arrives = (position: number, copies: number, fate: Fate): Step =>
  step(`waiting event ${position} arrives ${copies} times${befalling(fate)}`, async (life) => {
    const { events } = life.world.ivs;
    const [event] = events.splice(position % Math.max(1, events.length), 1);
    if (!event) return;
    if (copies === 0) life.befell.count('an event is lost');
    if (copies === 2) life.befell.count('an event comes twice');
    for (let copy = 0; copy < copies; copy++) await meet(life, takesIn(event), fate);
  });

const everythingArrives = fc.constant(
  step('all waiting events arrive', async ({ world, flaw }) => {
    for (const event of world.ivs.events.splice(0)) await takesIn(event)(flaw(world, world)).catch(() => undefined);
  }),
);

const rotates = (fate: Fate): Step =>
  step(`the signing key is rotated${befalling(fate)}`, (life) => meet(life, rotate(life.world), fate));

/** The schedule and the queues go on meanwhile, for as long as they may have something to do. */
const timePasses = (ms: number): Step =>
  step(`${ms / MINUTE_MS} minutes pass`, async (life) => {
    const { clock } = life.world;
    const services = life.flaw(life.world, life.world);
    const until = clock.now().getTime() + ms;
    for (let pass = 0; pass < 6 && isWatched(life) && clock.now().getTime() + 5 * MINUTE_MS <= until; pass++) {
      clock.advance(5 * MINUTE_MS);
      await checkDueRights(life, services).catch(() => undefined);
      await reconcile(services);
    }
    clock.advance(Math.max(0, until - clock.now().getTime()));
    await checkDueRights(life, services).catch(() => undefined);
  });

const isWatched = ({ world }: Life): boolean => world.profiles.all().some(({ watchUntil }) => watchUntil !== undefined);

const arbitraryVisit = fc
  .tuple(fc.constantFrom('signs in' as const, 'puts' as const), arbitraryOwner, arbitraryFate)
  .map((given) => visits(...given));
const goesOn = fc.constant(step('what was paused goes on', ({ paused }) => paused.shift()?.()));
const monthPasses = fc.constant(timePasses(31 * DAY_MS));
const happens = (name: string, process: Process) => arbitraryFate.map((fate) => runs(name, process, fate));
const happensTo = (does: string, process: (userId: UserId) => Process) =>
  fc.tuple(arbitraryOwner, arbitraryFate).map(([userId, fate]) => runs(`${userId} ${does}`, process(userId), fate));

/** All that happens in the life of stages, the beginnings of most stories more often. */
export const arbitrarySteps = (maxCommands: number) =>
  fc.commands<object, Life, false>(
    [
      ...Array.from({ length: 4 }, () => [arbitraryVisit, everythingArrives, monthPasses]).flat(),
      happens('the clean-up runs', cleanUpNow),
      happens('the clean-up runs', cleanUpNow),
      happens('the queue is worked off', (services) => drainQueue(services, services)),
      happens('room is made', makeRoomNow),
      happens('the reconcile pass runs', reconcile),
      arbitraryFate.map(rotates),
      fc.tuple(arbitraryOwner, arbitraryFate).map((given) => leaves(...given)),
      happensTo('opens an ingest', (userId) => (services) => open(services, userId)),
      happensTo('closes the ingest', (userId) => (services) => close(services, userId)),
      fc.tuple(fc.nat(20), fc.integer({ min: 0, max: 2 }), arbitraryFate).map((given) => arrives(...given)),
      ...stepsOfEncounters,
      goesOn,
      goesOn,
      fc.constantFrom(1_000, MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, 25 * HOUR_MS).map(timePasses),
      ...stepsOfPeople,
      ...stepsOfSurroundings,
    ],
    { maxCommands, size: 'max' },
  );
