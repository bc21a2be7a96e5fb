import { dies, inProcess, type PortName } from './process.ts';
import type { World } from './world.ts';

/** A process of the system: what it does with the services it is given. */
export type Process = (services: World) => Promise<unknown>;

export interface Exploration {
  readonly newWorld: () => Promise<World>;
  readonly processes: readonly Process[];
  /** How many processes may die in one history, right before one of its AWS calls. */
  readonly crashes: 0 | 1;
  /** Ports of no matter here: their calls come at once, and no process dies at them. */
  readonly except?: readonly PortName[];
  /** Looks at the world when all processes have ended or died. */
  readonly check: (world: World, history: string) => Promise<void>;
}

/**
 * Runs every order in which processes can make their AWS calls, each history on a world of its own, and returns how many
 * there are. Of histories that cannot differ one is run: the dead leave nothing but what they did, so a process dies right
 * after a call of its own, or at the very beginning; and of processes that are the same the first one begins.
 */
export async function exploreEveryHistory(exploration: Exploration): Promise<number> {
  let choices: Choice[] | undefined = [];
  let histories = 0;
  while (choices) {
    const taken = await runHistory(exploration, choices);
    histories += 1;
    choices = nextHistory(taken);
  }
  return histories;
}

interface Choice {
  readonly index: number;
  readonly of: number;
}

/** The last choice that has an alternative takes it; what came after it is open again. */
function nextHistory(taken: readonly Choice[]): Choice[] | undefined {
  const last = taken.findLastIndex(({ index, of }) => index + 1 < of);
  const choice = taken[last];
  return choice && [...taken.slice(0, last), { ...choice, index: choice.index + 1 }];
}

interface Step {
  readonly name: string;
  readonly process: Running;
  readonly run: () => Promise<void>;
}

async function runHistory(
  { newWorld, processes, crashes, except = [], check }: Exploration,
  planned: readonly Choice[],
): Promise<readonly Choice[]> {
  const world = await newWorld();
  const running = await Promise.all(
    processes.map((process, i) => startProcess(world, process, `process ${i + 1}`, except)),
  );
  const taken: Choice[] = [];
  const history: string[] = [];
  let crashesLeft: number = crashes;
  let last: Running | undefined;
  for (;;) {
    const waiting = running.filter(
      (process) => process.waitsAt() !== undefined && !comesAfterItsTwin(process, running),
    );
    const mortal = waiting.filter((process) => crashesLeft > 0 && (last === undefined || last === process));
    const steps: Step[] = [
      ...waiting.map((process) => ({ name: `${process.name} ${process.waitsAt()}`, process, run: process.goOn })),
      ...mortal.map((process) => ({
        name: `${process.name} dies before ${process.waitsAt()}`,
        process,
        run: async () => {
          crashesLeft -= 1;
          process.die();
        },
      })),
    ];
    if (waiting.length === 0) break;
    const index = planned[taken.length]?.index ?? 0;
    const step = steps[index];
    if (!step) throw new Error('a history could not be repeated: something in it is not deterministic');
    taken.push({ index, of: steps.length });
    history.push(step.name);
    last = step.process;
    await step.run();
  }
  await check(world, history.join('\n'));
  return taken;
}

/** Lets processes make their calls in turns, by choices that repeat. */
export async function interleave(
  world: World,
  processes: readonly Process[],
  choices: readonly number[],
): Promise<void> {
  const running = await Promise.all(
    processes.map((process, i) => startProcess(world, process, `process ${i + 1}`, [])),
  );
  for (let taken = 0; ; taken++) {
    const waiting = running.filter(({ waitsAt }) => waitsAt() !== undefined);
    if (waiting.length === 0) return;
    await waiting[(choices[taken % choices.length] ?? 0) % waiting.length]?.goOn();
  }
}

type Running = Awaited<ReturnType<typeof startProcess>>;

const comesAfterItsTwin = (process: Running, running: readonly Running[]): boolean =>
  running
    .slice(0, running.indexOf(process))
    .some((other) => other.process === process.process && !other.hasBegun() && !process.hasBegun());

/** Starts a process and lets it come to its first call. */
async function startProcess(world: World, process: Process, name: string, except: readonly PortName[]) {
  let call: { readonly method: string; readonly release: () => void } | undefined;
  let hasBegun = false;
  let settle: () => void = () => undefined;
  const untilWaitingOrEnded = () => new Promise<void>((resolve) => (settle = resolve));
  const services = inProcess(world, {
    except,
    before: ({ method }) =>
      new Promise<void>((release) => {
        call = { method, release };
        settle();
      }),
  });
  const first = untilWaitingOrEnded();
  void process(services)
    .catch(() => undefined)
    .then(() => settle());
  await first;
  return {
    name,
    process,
    /** Its first call was made, or it died before. */
    hasBegun: () => hasBegun,
    waitsAt: () => call?.method,
    goOn: async () => {
      const next = untilWaitingOrEnded();
      const { release } = call ?? {};
      call = undefined;
      hasBegun = true;
      release?.();
      await next;
    },
    die: () => {
      call = undefined;
      hasBegun = true;
      void dies();
    },
  };
}
