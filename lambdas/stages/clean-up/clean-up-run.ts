import { Pace } from '../pace.ts';
import type { Services } from '../ports.ts';
import type { IvsPaces } from './remove-user-stage.ts';

export interface CleanUpRequest {
  /** The time that staleness is measured at. */
  readonly asOf: Date;
  /** When to stop, so that the run ends before its function does. */
  readonly stopAt: Date;
  /** Reports what a run would do, and changes nothing. */
  readonly dryRun: boolean;
  /** More users than that are not forgotten in one run. @default 20 */
  readonly forgetAtMost?: number;
  /** When room was asked for; the region was full then. @default now */
  readonly roomAskedAt?: Date;
}

/** What a run came to, and where the next one shall go on. */
export interface CleanUpWork<T> {
  readonly result: T;
  readonly cursor: string | undefined;
}

const RUN = 'clean-up';
/** What is under way at `stopAt` still ends under the lease. */
const RUN_MARGIN_MS = 30_000;
/** IVS allows 5 a second of each operation; sign-ins need the rest. */
const CALLS_PER_SECOND = 4;

/** Does the work while no other clean-up runs. Undefined: another one does. After a failure the next run starts afresh. */
export async function runAlone<T>(
  { runLeases, now, newId }: Pick<Services, 'runLeases' | 'now' | 'newId'>,
  { stopAt }: CleanUpRequest,
  work: (cursor: string | undefined) => Promise<CleanUpWork<T>>,
): Promise<T | undefined> {
  const holder = newId();
  const lease = await runLeases.acquire(RUN, holder, new Date(stopAt.getTime() + RUN_MARGIN_MS), now());
  if (!lease) return undefined;
  let cursor: string | undefined;
  try {
    const done = await work(lease.cursor);
    cursor = done.cursor;
    return done.result;
  } finally {
    await runLeases.release(RUN, holder, cursor);
  }
}

export const startPaces = (services: Pick<Services, 'now' | 'sleep'>): IvsPaces => ({
  getStage: new Pace(services, CALLS_PER_SECOND),
  deleteStage: new Pace(services, CALLS_PER_SECOND),
  listStages: new Pace(services, CALLS_PER_SECOND),
  deleteIngest: new Pace(services, CALLS_PER_SECOND),
  listIngests: new Pace(services, CALLS_PER_SECOND),
  listTags: new Pace(services, CALLS_PER_SECOND),
});

/** ListUsers has 30 a second, which sign-up pages and administrators share. */
export const startUserPace = (services: Pick<Services, 'now' | 'sleep'>): Pace => new Pace(services, CALLS_PER_SECOND);
