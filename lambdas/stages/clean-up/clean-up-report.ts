import type { Services } from '../ports.ts';
import type { Removal } from './remove-user-stage.ts';
import type { OrphanCounts } from './settle-orphans.ts';
import type { IngestCounts } from './sweep-ingests.ts';

/** Stages by what became of them. */
export type RemovalCounts = Readonly<Partial<Record<Removal | 'failed', number>>>;

export interface CleanUpReport {
  readonly asOf: string;
  readonly dryRun: boolean;
  /** Stages whose owner and audience stayed away too long. */
  readonly stale: RemovalCounts;
  /** Stages that were not stale yet, of a run that made room. */
  readonly idle: RemovalCounts;
  /** Hour of the longest idleness that was met. */
  readonly oldestIdleHour: string | null;
  readonly users: UserCounts;
  /** Stages of everybody in the region, as ListStages counted them; null: there was no time to. */
  readonly region: { readonly stages: number | null };
  /** Stages of this deployment in IVS. */
  readonly stages: number;
  readonly orphans: OrphanCounts;
  /** Profiles that named a stage which IVS does not have. */
  readonly forgotten: number;
  /** Such profiles that could not be settled. */
  readonly forgetFailed: number;
  readonly ingests: IngestCounts;
  /** How many stages a run that made room was to free, and how many it did. */
  readonly roomWanted?: number;
  readonly roomFreed?: number;
  readonly roomReached?: boolean;
  readonly durationMs: number;
  /** False: time ran out, the next run goes on. */
  readonly complete: boolean;
}

/** Users whose profile came up stale. */
export interface UserCounts {
  /** Not in the user pool. */
  readonly absent: number;
  /** Absent a second time, a day later at least: their data was deleted. */
  readonly forgotten: number;
  /** Too many to be believed: nothing of them was deleted. */
  readonly refused: number;
  /** Not looked up, or not deleted, because a call failed. */
  readonly failed: number;
}

export const NO_USERS: UserCounts = { absent: 0, forgotten: 0, refused: 0, failed: 0 };

export type CleanUpOutcome = CleanUpReport | { readonly skipped: 'another run is under way' };

const HOUR_MS = 3_600_000;

/** Counts for the operator. What was not counted is left out: a zero would be a lie. */
export function recordCleanUp({ metrics, settings }: Pick<Services, 'metrics' | 'settings'>, report: CleanUpReport) {
  const { stale, idle, orphans, ingests, users, region } = report;
  metrics.record({
    ...(region.stages !== null && {
      StagesInUse: report.stages,
      StagesInRegion: region.stages,
      StageQuotaUsed: (100 * region.stages) / settings.stageQuota,
      OrphansFound: Object.values(orphans).reduce((sum, count) => sum + count, 0),
    }),
    ...(report.oldestIdleHour !== null && { OldestIdleHours: hoursSince(report.oldestIdleHour, report.asOf) }),
    StagesRemoved: (stale.removed ?? 0) + (idle.removed ?? 0) + (orphans.deleted ?? 0),
    CleanUpFailures:
      (stale.failed ?? 0) +
      (idle.failed ?? 0) +
      (orphans.failed ?? 0) +
      report.forgetFailed +
      ingests.failed +
      users.failed,
    ForeignStages: (stale.foreign ?? 0) + (idle.foreign ?? 0) + (orphans.foreign ?? 0),
    // Of scheduled runs only: an alarm rings when they stay away.
    ...(report.roomReached === undefined && { CleanUpSeconds: report.durationMs / 1000 }),
    UsersForgotten: users.forgotten,
    UsersGoneRefused: users.refused,
  });
}

const hoursSince = (idleHour: string, asOf: string): number =>
  Math.max(0, Math.floor((Date.parse(asOf) - Date.parse(`${idleHour}:00:00.000Z`)) / HOUR_MS));
