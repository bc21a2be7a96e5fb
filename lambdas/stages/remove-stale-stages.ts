import { Pace } from './pace.ts';
import type { IdleProfile, RunLeaseStore, Services } from './ports.ts';
import { hourOf } from './profile.ts';
import {
  findStage,
  type IvsPaces,
  type Removal,
  type RemovalNeeds,
  reasonToKeep,
  removeUserStage,
  type StagedIdleProfile,
} from './remove-user-stage.ts';
import { NOTHING_SWEPT, type SweepReport, sweepStages } from './sweep-stages.ts';

export interface CleanUpRequest {
  /** The time that staleness is measured at. */
  readonly asOf: Date;
  /** When to stop, so that the run ends before its function does. */
  readonly stopAt: Date;
  /** Reports what a run would do, and changes nothing. */
  readonly dryRun: boolean;
}

export interface CleanUpReport extends SweepReport {
  readonly asOf: string;
  readonly dryRun: boolean;
  /** Stages whose owner and audience stayed away too long, by what became of them. */
  readonly stale: Readonly<Partial<Record<Removal | 'failed', number>>>;
  /** Hour of the longest idleness that was met. */
  readonly oldestIdleHour: string | null;
  readonly durationMs: number;
  /** False: time ran out, the next run goes on. */
  readonly complete: boolean;
}

export type CleanUpOutcome = CleanUpReport | { readonly skipped: 'another run is under way' };

export type CleanUpNeeds = RemovalNeeds & Pick<Services, 'sleep'> & { readonly runLeases: RunLeaseStore };

/** IVS allows 5 a second of each operation; sign-ins need the rest. */
const CALLS_PER_SECOND = 4;
const DAY_MS = 86_400_000;
const RUN = 'clean-up';
/** What is under way at `stopAt` still ends under the lease. */
const RUN_MARGIN_MS = 30_000;

/** The hourly clean-up: removes stale stages, then sweeps what no profile names and forgets what no longer exists. */
export const removeStaleStages =
  (services: CleanUpNeeds) =>
  async (request: CleanUpRequest): Promise<CleanUpOutcome> => {
    const { runLeases, now, newId } = services;
    const holder = newId();
    const until = new Date(request.stopAt.getTime() + RUN_MARGIN_MS);
    if (!(await runLeases.acquire(RUN, holder, until, now()))) return { skipped: 'another run is under way' };
    try {
      return await run(services, request);
    } finally {
      await runLeases.release(RUN, holder);
    }
  };

async function run(services: CleanUpNeeds, request: CleanUpRequest): Promise<CleanUpReport> {
  const startedAt = services.now().getTime();
  const paces: IvsPaces = {
    getStage: new Pace(services, CALLS_PER_SECOND),
    deleteStage: new Pace(services, CALLS_PER_SECOND),
    listStages: new Pace(services, CALLS_PER_SECOND),
  };
  const { complete, ...removed } = await removeStale(services, paces, request);
  const swept = complete ? await sweepStages(services, paces, request) : NOTHING_SWEPT;
  return {
    asOf: request.asOf.toISOString(),
    dryRun: request.dryRun,
    ...removed,
    ...swept,
    durationMs: services.now().getTime() - startedAt,
  };
}

async function removeStale(
  services: CleanUpNeeds,
  paces: IvsPaces,
  request: CleanUpRequest,
): Promise<Pick<CleanUpReport, 'stale' | 'oldestIdleHour' | 'complete'>> {
  const { profiles, settings, now } = services;
  const cutoff = hourOf(new Date(request.asOf.getTime() - settings.staleAfterDays * DAY_MS));
  const stale: Partial<Record<Removal | 'failed', number>> = {};
  let oldestIdleHour: string | null = null;
  for await (const idle of profiles.listIdle(cutoff)) {
    if (now() >= request.stopAt) return { stale, oldestIdleHour, complete: false };
    oldestIdleHour ??= idle.idleHour;
    const result = await settle(services, paces, request, idle);
    if (result) stale[result] = (stale[result] ?? 0) + 1;
  }
  return { stale, oldestIdleHour, complete: true };
}

/** One profile's trouble must not keep the others from being cleaned up; its lease ends by itself and the next run looks again. */
async function settle(
  services: CleanUpNeeds,
  paces: IvsPaces,
  { asOf, dryRun }: CleanUpRequest,
  idle: IdleProfile,
): Promise<Removal | 'failed' | undefined> {
  const { profiles, settings, log } = services;
  const { userId, stageArn } = idle;
  try {
    if (!hasStage(idle)) {
      if (!dryRun) await profiles.leaveIdleIndex(idle);
      return undefined;
    }
    if (!dryRun) return await removeUserStage(services, paces, asOf)(idle);
    const found = await findStage(services, paces, idle.stageArn);
    return found ? (reasonToKeep(found, settings.deployment) ?? 'removed') : 'gone';
  } catch (cause) {
    log.error('a stale stage could not be removed', { userId, stageArn, cause });
    return 'failed';
  }
}

const hasStage = (idle: IdleProfile): idle is StagedIdleProfile => idle.stageArn !== undefined;
