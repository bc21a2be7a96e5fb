import type { Services } from '../ports.ts';
import { hourOf } from '../profile.ts';
import { type CleanUpOutcome, type CleanUpReport, NO_USERS, recordCleanUp } from './clean-up-report.ts';
import { type CleanUpRequest, runAlone, startPaces } from './clean-up-run.ts';
import { listNamedStages, listRegion } from './list-region.ts';
import type { IvsPaces, Removal, RemovalNeeds } from './remove-user-stage.ts';
import { hasStage, settleIdleStage } from './settle-idle-stage.ts';
import { settleOrphans } from './settle-orphans.ts';
import { NO_INGESTS } from './sweep-ingests.ts';

export type MakeRoomNeeds = RemovalNeeds & Pick<Services, 'runLeases' | 'metrics' | 'sleep'>;

/** Part of the region's stages that is freed at once, so that the next sign-ins find room too. */
const HEADROOM = 0.03;
/** A younger request cannot have waited for another run: the region has no room, whatever its quota is. */
const FRESH_MS = 120_000;
const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];

/**
 * Makes room in a region that has as many stages as it allows: orphans, then stale stages, then those of the longest idle
 * owners. PUT, publishing and ingests move the idle hour, so whoever could still use a token is above the floor.
 */
export const makeRoom =
  (services: MakeRoomNeeds) =>
  async (request: CleanUpRequest): Promise<CleanUpOutcome> => {
    const report = await runAlone(services, request, async (cursor) => ({
      result: await run(services, request),
      cursor,
    }));
    return report ?? { skipped: 'another run is under way' };
  };

async function run(services: MakeRoomNeeds, request: CleanUpRequest): Promise<CleanUpReport> {
  const { log, now } = services;
  const startedAt = now().getTime();
  const freeing = await free(services, request);
  const { roomWanted, roomFreed, complete } = freeing;
  const roomReached = complete && roomFreed >= roomWanted;
  if (!roomReached) log.error('not enough stages could be freed', { roomWanted, roomFreed, complete });
  const report: CleanUpReport = {
    asOf: request.asOf.toISOString(),
    dryRun: request.dryRun,
    ...freeing,
    users: NO_USERS,
    forgotten: 0,
    forgetFailed: 0,
    ingests: NO_INGESTS,
    roomReached,
    durationMs: now().getTime() - startedAt,
  };
  if (!request.dryRun) recordCleanUp(services, report);
  return report;
}

/** A request that waited for another run may find room already; then the quota as set tells what is still wanted. */
function wantedRoom({ settings, now }: MakeRoomNeeds, { roomAskedAt = now() }: CleanUpRequest, stages: number): number {
  if (now().getTime() - roomAskedAt.getTime() < FRESH_MS) return Math.ceil(stages * HEADROOM);
  return Math.max(0, stages - Math.floor(settings.stageQuota * (1 - HEADROOM)));
}

type Freeing = Pick<
  CleanUpReport,
  'region' | 'stages' | 'stale' | 'idle' | 'orphans' | 'oldestIdleHour' | 'complete'
> & {
  readonly roomWanted: number;
  readonly roomFreed: number;
};

async function free(services: MakeRoomNeeds, request: CleanUpRequest): Promise<Freeing> {
  const paces = startPaces(services);
  const named = await listNamedStages(services);
  const { oldestIdleHour } = named;
  const region = await listRegion(services, paces, request);
  if (!region) return { ...NOTHING_FREED, oldestIdleHour };
  const roomWanted = wantedRoom(services, request, region.stages);
  const { orphans, complete } = await settleOrphans(services, paces, request, region, named);
  const orphansDeleted = orphans.deleted ?? 0;
  const idlest = complete
    ? await removeIdlest(services, paces, request, roomWanted - orphansDeleted)
    : { stale: {}, idle: {}, removed: 0, complete };
  return {
    region: { stages: region.stages },
    stages: region.own.size,
    orphans,
    stale: idlest.stale,
    idle: idlest.idle,
    oldestIdleHour,
    roomWanted,
    roomFreed: orphansDeleted + idlest.removed,
    complete: idlest.complete,
  };
}

/** Time was over before the region was counted. */
const NOTHING_FREED = {
  region: { stages: null },
  stages: 0,
  orphans: {},
  stale: {},
  idle: {},
  roomWanted: 0,
  roomFreed: 0,
  complete: false,
} as const;

/** Longest idle first, which is stale ones first. Profiles stay in the idle index: the hourly run asks for their users. */
async function removeIdlest(services: MakeRoomNeeds, paces: IvsPaces, request: CleanUpRequest, wanted: number) {
  const { profiles, now } = services;
  const staleBefore = staleHour(services, request);
  const before = [staleBefore, floorHour(services, request)].sort().at(-1) ?? staleBefore;
  const stale: Partial<Record<Removal | 'failed', number>> = {};
  const idle: Partial<Record<Removal | 'failed', number>> = {};
  let removed = 0;
  for await (const profile of profiles.listIdle({ before })) {
    if (removed >= wanted) break;
    if (now() >= request.stopAt) return { stale, idle, removed, complete: false };
    if (!hasStage(profile)) continue;
    const result = await settleIdleStage(services, paces, request, profile, true);
    const counts = profile.idleHour < staleBefore ? stale : idle;
    counts[result] = (counts[result] ?? 0) + 1;
    if (result === 'removed') removed++;
  }
  return { stale, idle, removed, complete: true };
}

const staleHour = ({ settings }: Pick<Services, 'settings'>, { asOf }: CleanUpRequest): string =>
  hourOf(new Date(asOf.getTime() - settings.staleAfterDays * DAY_MS));

const floorHour = ({ settings }: Pick<Services, 'settings'>, { asOf }: CleanUpRequest): string =>
  hourOf(new Date(asOf.getTime() - Math.max(DAY_MS, settings.tokenMinutes * MINUTE_MS)));
