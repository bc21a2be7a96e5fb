import fc from 'fast-check';
import { IvsError } from '../../lambdas/stages/errors.ts';
import type { Process } from './explore.ts';
import { dies, type Hooks, inProcess, type OutsideCall, type PortName } from './process.ts';
import type { Life } from './whole-life.ts';

/** What happens to a process at one of its calls to the outside, counted from 1. */
export interface Fate {
  readonly befalls: 'nothing' | Mishap;
  readonly at: number;
  /** Only calls to IVS can fail. A visit must succeed even then; without DynamoDB none can. */
  readonly onlyIvsFails?: boolean;
}

export const MISHAPS = [
  'it dies',
  'it pauses',
  'the answer is lost',
  'it times out, carried out',
  'it times out, not carried out',
] as const;
type Mishap = (typeof MISHAPS)[number];

export const arbitraryFate: fc.Arbitrary<Fate> = fc.record({
  befalls: fc.constantFrom('nothing', 'nothing', 'nothing', ...MISHAPS),
  at: fc.integer({ min: 1, max: 8 }),
});

export const befalling = ({ befalls, at }: Fate): string => (befalls === 'nothing' ? '' : `; ${befalls} at call ${at}`);

/** Runs a process to its end, its death or its pause. */
export async function meet(life: Life, process: Process, fate: Fate): Promise<void> {
  const { world, flaw, paused, befell } = life;
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const pause = () => {
    stop();
    return new Promise<void>((release) => {
      paused.push(() => {
        release();
        return ended;
      });
    });
  };
  const die = () => {
    stop();
    return dies();
  };
  const services = flaw(inProcess(world, hooksFor(fate, { pause, die, befell })), world);
  const ended = process(services).catch(noteMistake(life));
  await Promise.race([ended, stopped]);
}

/** A process may fail as the calls outside do; a mistake of our own code shows as one of these. */
export const noteMistake =
  ({ violations }: Life) =>
  (error: unknown): void => {
    if (error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError) {
      violations.push(String(error.stack));
    }
  };

interface Doings extends Pick<Life, 'befell'> {
  readonly pause: () => Promise<void>;
  readonly die: () => Promise<never>;
}

function hooksFor({ befalls, at, onlyIvsFails = false }: Fate, { pause, die, befell }: Doings): Hooks {
  const strikes = ({ number }: OutsideCall) => number === at;
  return {
    before: (call) => {
      if (!strikes(call)) return undefined;
      if (befalls === 'it pauses' || befalls === 'it dies') {
        befell.count(befalls);
        return befalls === 'it dies' ? die() : pause();
      }
      if (befalls === 'it times out, not carried out' && (isOfIvs(call) || !onlyIvsFails)) {
        befell.count(befalls);
        throw isOfIvs(call) ? new IvsError('unknown', call.method) : new Error(`${call.method} timed out`);
      }
      return undefined;
    },
    losesAnswer: (call) => {
      if (befalls !== 'the answer is lost' || !strikes(call) || isNotSentAgain(call)) return false;
      befell.count(befalls);
      return true;
    },
    after: (call) => {
      const isUnknown =
        befalls === 'it times out, carried out' || (befalls === 'the answer is lost' && isNotSentAgain(call));
      if (!strikes(call) || !isUnknown || !isOfIvs(call)) return;
      befell.count('it times out, carried out');
      throw new IvsError('unknown', call.method);
    },
  };
}

const PORTS_OF_IVS: readonly PortName[] = ['ivs', 'participants', 'moderation', 'ingests', 'publicKeys'];
const isOfIvs = ({ port }: OutsideCall): boolean => PORTS_OF_IVS.includes(port);

/** What makes something in IVS is sent once: whether it was carried out stays unknown. */
const isNotSentAgain = ({ method }: OutsideCall): boolean => method === 'createStage' || method === 'create';
