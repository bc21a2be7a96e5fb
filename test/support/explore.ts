import { dies, inProcess, type PortName } from './process.ts';
import type { World } from './world.ts';

/** A process of the system: what it does with the services it is given. */
export type Process = (services: World) => Promise<unknown>;

export interface Exploration {
  readonly newWorld: () => Promise<World>;
  readonly processes: readonly Process[];
  /** How many processes may die in one history, each right before one of its AWS calls. */
  readonly crashes: number;
  /** Ports of no matter here: their calls come at once, and no process dies at them. */
  readonly except?: readonly PortName[];
  /** Looks at the world when all processes have ended or died. */
  readonly check: (world: World, history: string) => Promise<void>;
}

/**
 * Runs every order in which processes can make their AWS calls, each history on a world of its own, and returns how many
 * there are. A crash after a call is the same as one before the next: nothing else is left behind.
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
  let crashesLeft = crashes;
  for (;;) {
    const waiting = running.filter(({ waitsAt }) => waitsAt() !== undefined);
    const steps: Step[] = [
      ...waiting.map((process) => ({ name: `${process.name} ${process.waitsAt()}`, run: process.goOn })),
      ...(crashesLeft > 0 ? waiting : []).map((process) => ({
        name: `${process.name} dies before ${process.waitsAt()}`,
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
    await step.run();
  }
  await check(world, history.join('\n'));
  return taken;
}

/** Starts a process and lets it come to its first call. */
async function startProcess(world: World, process: Process, name: string, except: readonly PortName[]) {
  let call: { readonly method: string; readonly release: () => void } | undefined;
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
    waitsAt: () => call?.method,
    goOn: async () => {
      const next = untilWaitingOrEnded();
      const { release } = call ?? {};
      call = undefined;
      release?.();
      await next;
    },
    die: () => {
      call = undefined;
      void dies();
    },
  };
}
