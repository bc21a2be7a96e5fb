import fc from 'fast-check';
import type { UserId } from '../../contract/stages.ts';
import { changeUserStage } from '../../lambdas/stages/change-user-stage.ts';
import { makeRoom } from '../../lambdas/stages/clean-up/make-room.ts';
import { IvsError } from '../../lambdas/stages/errors.ts';
import { leave } from '../../lambdas/stages/leave.ts';
import { applyStageUpdate } from '../../lambdas/stages/live/apply-stage-update.ts';
import { reconcileLiveStatus } from '../../lambdas/stages/live/reconcile-live-status.ts';
import { OWNER_TAG } from '../../lambdas/stages/stage-tags.ts';
import { close, namedIngests, open, wrongIngests } from './ingest-life.ts';
import { dies, inProcess } from './process.ts';
import { cleanUp, drainQueue, putStage, signIn } from './stage-life.ts';
import { createWorld, type World } from './world.ts';

const USERS: readonly UserId[] = ['ada', 'grace'];
const PARTICIPANTS = ['p1', 'p2'];
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A whole system, and the processes that are under way in it. */
export interface Life {
  readonly world: World;
  /** Processes that stand still before one of their calls; each lets its process run to the end. */
  readonly paused: (() => Promise<unknown>)[];
  /** Users who are being deleted at their own wish: their stage may go while somebody publishes on it. */
  readonly leavers: Set<UserId>;
  /** What must never happen and did. */
  readonly violations: string[];
}

export function newLife(): Life {
  const world = createWorld();
  const life: Life = { world, paused: [], leavers: new Set(), violations: [] };
  const deleteStage = world.ivs.deleteStage.bind(world.ivs);
  world.ivs.deleteStage = async (arn, signal) => {
    for (const { userId, stage, live } of world.profiles.all()) {
      // A call that was held up for longer than it may take does not go out any more.
      if (stage?.arn === arn && live && !signal.aborted && !life.leavers.has(userId))
        life.violations.push(`${arn} was deleted while live`);
    }
    return deleteStage(arn, signal);
  };
  return life;
}

/**
 * What is wrong once nothing is under way any more, every undelivered event is lost, and each of our timers has run: first
 * while people are still on the stages, then when all have gone.
 */
export async function comeToRest({ world }: Life): Promise<readonly string[]> {
  await settle(world);
  const wrongWithPeople = [...wrongNames(world), ...wrongLiveStatus(world)];
  for (const { arn } of world.ivs.stages.values()) {
    for (const participantId of world.ivs.publishing(arn)) world.ivs.leave(arn, participantId);
    world.ivs.endSession(arn);
  }
  await settle(world);
  return [
    ...wrongWithPeople,
    ...wrongNames(world),
    ...wrongLiveStatus(world),
    ...wrongStages(world),
    ...wrongIngests(world, await namedIngests(world, USERS)),
  ];
}

async function settle(world: World): Promise<void> {
  world.clock.advance(20 * MINUTE_MS);
  await drainQueue(world);
  world.clock.advance(20 * MINUTE_MS);
  await cleanUp(world);
  await reconcile(world);
}

const wrongNames = ({ profiles, ivs }: World): readonly string[] =>
  profiles
    .all()
    .flatMap(({ userId, stage }) =>
      stage && !ivs.stages.has(stage.arn) ? [`the profile of ${userId} names a stage that does not exist`] : [],
    );

const wrongLiveStatus = ({ profiles, ivs }: World): readonly string[] =>
  profiles.all().flatMap(({ userId, stage, live, publisherCount }) => {
    const publishing = stage ? ivs.publishing(stage.arn).length : 0;
    const agrees = live === publishing > 0 && publisherCount === publishing;
    return agrees ? [] : [`${userId}: ${publisherCount} publishers (live: ${live}), in truth ${publishing}`];
  });

/** A stage that nobody's profile names may stay while people are on it, and no longer. */
function wrongStages({ profiles, ivs }: World): readonly string[] {
  const stages = [...ivs.stages.values()];
  const named = new Set(profiles.all().map(({ stage }) => stage?.arn));
  return [
    ...USERS.flatMap((userId) => {
      const own = stages.filter(({ tags }) => tags[OWNER_TAG] === userId);
      return own.length > 1 ? [`${userId} has ${own.length} stages`] : [];
    }),
    ...stages.flatMap(({ arn }) => (named.has(arn) ? [] : [`no profile names ${arn}`])),
  ];
}

type Process = (services: World) => Promise<unknown>;

/** What happens to a process at one of its calls to the outside, counted from 1. */
interface Fate {
  readonly befalls: 'nothing' | 'it dies' | 'the answer is lost' | 'it pauses';
  readonly at: number;
}

/** Runs a process to its end, its death or its pause. */
async function meet({ world, paused }: Life, process: Process, { befalls, at }: Fate): Promise<void> {
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const services = inProcess(world, {
    before: ({ number }) => {
      if (number !== at || (befalls !== 'it dies' && befalls !== 'it pauses')) return;
      stop();
      if (befalls === 'it dies') return dies();
      return new Promise<void>((release) => {
        paused.push(() => {
          release();
          return ended;
        });
      });
    },
    losesAnswer: ({ method, number }) =>
      befalls === 'the answer is lost' && number === at && !NOT_SENT_AGAIN.includes(method),
    after: ({ method, number }) => {
      if (befalls === 'the answer is lost' && number === at && NOT_SENT_AGAIN.includes(method)) {
        throw new IvsError('unknown', method);
      }
    },
  });
  const ended = process(services).catch(() => undefined);
  await Promise.race([ended, stopped]);
}

/** What makes something in IVS is never sent twice: whether it was carried out stays unknown. */
const NOT_SENT_AGAIN = ['createStage', 'create'];

const timeIn = ({ now }: World, minutes: number): Date => new Date(now().getTime() + minutes * MINUTE_MS);
const reconcile: Process = (services) => reconcileLiveStatus(services)(timeIn(services, 4));
const makeRoomNow: Process = (services) =>
  makeRoom(services)({ asOf: services.now(), stopAt: timeIn(services, 14), dryRun: false });

type Step = fc.AsyncCommand<object, Life>;

const step = (name: string, run: (life: Life) => unknown): Step => ({
  check: () => true,
  run: async (_model, life) => {
    await run(life);
    if (life.violations.length > 0) throw new Error(life.violations.join('\n'));
  },
  toString: () => name,
});

const befalling = ({ befalls, at }: Fate): string => (befalls === 'nothing' ? '' : `; ${befalls} at call ${at}`);

const runs = (name: string, process: Process, fate: Fate): Step =>
  step(`${name}${befalling(fate)}`, (life) => meet(life, process, fate));

/** A visit must succeed whatever happens. */
const visits = (kind: 'signs in' | 'puts', userId: UserId, fate: Fate): Step =>
  step(`${userId} ${kind}${befalling(fate)}`, (life) => {
    const visit: Process = async (services) => {
      try {
        await (kind === 'signs in' ? signIn : putStage)(services, userId);
      } catch (error) {
        life.violations.push(`a visit of ${userId} was refused: ${error}`);
      }
    };
    return meet(life, visit, fate);
  });

const leaves = (userId: UserId, fate: Fate): Step =>
  step(`${userId} deletes themselves${befalling(fate)}`, (life) => {
    life.leavers.add(userId);
    return meet(life, (services) => leave(services)(userId).finally(() => life.leavers.delete(userId)), fate);
  });

/** With the key of any ingest that IVS has. */
const encoderPublishes = (userId: UserId): Step =>
  step(`the encoder of ${userId} publishes`, ({ world: { ivs, ingests } }) => {
    const usable = [...ingests.configurations.values()].filter(({ stageArn }) => ivs.stages.has(stageArn));
    const ingest = usable.find((each) => each.userId === userId);
    if (ingest) ingests.startBroadcast(ingest.arn);
  });

/** Acts on the user's stage, if there is one. */
const onStage = (name: string, userId: UserId, act: (ivs: World['ivs'], arn: string) => void): Step =>
  step(`${name} the stage of ${userId}`, ({ world: { ivs } }) => {
    const stage = [...ivs.stages.values()].find(({ tags }) => tags[OWNER_TAG] === userId);
    if (stage) act(ivs, stage.arn);
  });

const publishes = (userId: UserId, participantId: string): Step =>
  onStage(`${participantId} publishes on`, userId, (ivs, arn) => {
    ivs.join(arn, participantId);
    ivs.publish(arn, participantId);
  });

const stopsPublishing = (how: 'unpublish' | 'leave', userId: UserId, participantId: string): Step =>
  onStage(`${participantId} does ${how}`, userId, (ivs, arn) => {
    if (ivs.publishing(arn).includes(participantId)) ivs[how](arn, participantId);
  });

const sessionEnds = (userId: UserId): Step =>
  onStage('the session ends on', userId, (ivs, arn) => {
    if (ivs.publishing(arn).length === 0) ivs.endSession(arn);
  });

/** Any event that waits arrives, twice perhaps; or never. */
const arrives = (position: number, copies: number, fate: Fate): Step =>
  step(`waiting event ${position} arrives ${copies} times${befalling(fate)}`, async (life) => {
    const { events } = life.world.ivs;
    const [event] = events.splice(position % Math.max(1, events.length), 1);
    for (let copy = 0; event && copy < copies; copy++) {
      await meet(life, (services) => applyStageUpdate(services)(event), fate);
    }
  });

const arbitraryUser = fc.constantFrom(...USERS);
const arbitraryParticipant = fc.constantFrom(...PARTICIPANTS);
const arbitraryFate: fc.Arbitrary<Fate> = fc.record({
  befalls: fc.constantFrom('nothing', 'nothing', 'it dies', 'the answer is lost', 'it pauses'),
  at: fc.integer({ min: 1, max: 8 }),
});

const arbitraryVisit = fc
  .tuple(fc.constantFrom('signs in' as const, 'puts' as const), arbitraryUser, arbitraryFate)
  .map((given) => visits(...given));
const arbitraryCleanUp = arbitraryFate.map((fate) => runs('the clean-up runs', (services) => cleanUp(services), fate));
const arbitraryPublishing = fc.tuple(arbitraryUser, arbitraryParticipant).map((given) => publishes(...given));
const goesOn = fc.constant(step('what was paused goes on', ({ paused }) => paused.shift()?.()));
const everythingArrives = fc.constant(
  step('all waiting events arrive', async ({ world }) => {
    for (const event of world.ivs.events.splice(0)) await applyStageUpdate(world)(event).catch(() => undefined);
  }),
);
const monthPasses = fc.constant(step('31 days pass', ({ world }) => world.clock.advance(31 * DAY_MS)));

/** All that happens in the life of stages, the beginnings of most stories more often. */
export const arbitrarySteps = (maxCommands: number) =>
  fc.commands<object, Life, false>(
    [
      ...Array.from({ length: 3 }, () => [arbitraryVisit, arbitraryPublishing, everythingArrives, monthPasses]).flat(),
      arbitraryCleanUp,
      arbitraryCleanUp,
      arbitraryFate.map((fate) => runs('the queue is worked off', (services) => drainQueue(services, services), fate)),
      arbitraryFate.map((fate) => runs('room is made', makeRoomNow, fate)),
      arbitraryFate.map((fate) => runs('the reconcile pass runs', reconcile, fate)),
      fc.tuple(arbitraryUser, arbitraryFate).map((given) => leaves(...given)),
      fc
        .tuple(arbitraryUser, arbitraryFate)
        .map(([userId, fate]) => runs(`${userId} opens an ingest`, (services) => open(services, userId), fate)),
      fc
        .tuple(arbitraryUser, arbitraryFate)
        .map(([userId, fate]) => runs(`${userId} closes the ingest`, (services) => close(services, userId), fate)),
      arbitraryUser.map(encoderPublishes),
      fc
        .tuple(fc.constantFrom('unpublish' as const, 'leave' as const), arbitraryUser, arbitraryParticipant)
        .map((given) => stopsPublishing(...given)),
      arbitraryUser.map(sessionEnds),
      fc.tuple(fc.nat(20), fc.integer({ min: 0, max: 2 }), arbitraryFate).map((given) => arrives(...given)),
      fc
        .tuple(arbitraryUser, fc.constantFrom('public' as const, 'invited' as const), arbitraryFate)
        .map(([userId, visibility, fate]) =>
          runs(`${userId} is ${visibility}`, (services) => changeUserStage(services)(userId, { visibility }), fate),
        ),
      arbitraryUser.map((userId) => onStage('somebody else deletes', userId, (ivs, arn) => ivs.removeStage(arn))),
      arbitraryUser.map((userId) =>
        step(`${userId} is gone from the user pool`, ({ world }) => world.userDirectory.gone.add(userId)),
      ),
      goesOn,
      goesOn,
      fc.constantFrom(1, 2, 1_000).map((stages) =>
        step(`the region allows ${stages} stages`, ({ world }) => {
          world.ivs.stageQuota = stages;
        }),
      ),
      fc.constantFrom(1, 1_000_000).map((microseconds) =>
        step(`event times are rounded to ${microseconds} µs`, ({ world }) => {
          world.ivs.eventPrecision = microseconds;
        }),
      ),
      fc
        .constantFrom(1_000, MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, 25 * HOUR_MS)
        .map((ms) => step(`${ms / MINUTE_MS} minutes pass`, ({ world }) => world.clock.advance(ms))),
    ],
    { maxCommands, size: 'max' },
  );
