import { quantile } from './bars.ts';
import type { Load, Stretch } from './load-run.ts';

export interface Step {
  readonly perSecond: number;
  /** Of those who came in the last third of the step. */
  readonly lateMedianMs: number;
  readonly isCarried: boolean;
}

const STEP_SECONDS = 4;
const FIRST_PER_SECOND = 50;
const GROWTH = 1.25;
/** API Gateway lets 500 requests a second pass, and events are none. */
const MOST_PER_SECOND = 540;
/** Where a queue grows, those who come last wait longer than this. */
const CARRIED_MS = 100;

/** Raises the rate step by step until the load is not carried any more. */
export async function climb(load: Load): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (let perSecond = FIRST_PER_SECOND; perSecond <= MOST_PER_SECOND; perSecond = Math.round(perSecond * GROWTH)) {
    // Something else on the machine may have had its moment, so it gets a second try.
    if (!(await take(load, perSecond, steps)) && !(await take(load, perSecond, steps))) break;
  }
  return steps;
}

async function take(load: Load, perSecond: number, steps: Step[]): Promise<boolean> {
  const lateMedianMs = lateMedianOf(await load.run(perSecond, STEP_SECONDS));
  const isCarried = lateMedianMs <= CARRIED_MS;
  steps.push({ perSecond, lateMedianMs, isCarried });
  return isCarried;
}

/** The highest rate that was carried; on a machine that carries none, the lowest that was tried. */
export const highestCarried = (steps: readonly Step[]): number =>
  steps.findLast(({ isCarried }) => isCarried)?.perSecond ?? FIRST_PER_SECOND;

function lateMedianOf({ outcomes }: Stretch): number {
  const late = outcomes.slice(Math.floor((outcomes.length * 2) / 3));
  return quantile(
    late.map(({ latencyMs }) => latencyMs),
    0.5,
  );
}
