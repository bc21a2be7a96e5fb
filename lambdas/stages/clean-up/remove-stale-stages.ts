import type { Pace } from '../pace.ts';
import type { IdleProfile, IdleRange, Services } from '../ports.ts';
import { hourOf } from '../profile.ts';
import { type CleanUpOutcome, type CleanUpReport, NO_USERS, recordCleanUp } from './clean-up-report.ts';
import { type CleanUpRequest, type CleanUpWork, runAlone, startPaces, startUserPace } from './clean-up-run.ts';
import { type ForgetNeeds, forgetUsers } from './forget-user.ts';
import type { IvsPaces, Removal, RemovalNeeds } from './remove-user-stage.ts';
import { hasStage, settleIdleStage } from './settle-idle-stage.ts';
import { NOTHING_SWEPT, sweepStages } from './sweep-stages.ts';
import { askForUser, type Presence } from './user-presence.ts';

export type CleanUpNeeds = RemovalNeeds &
  ForgetNeeds &
  Pick<Services, 'runLeases' | 'userDirectory' | 'metrics' | 'sleep'>;

const DAY_MS = 86_400_000;

/** The hourly clean-up: removes stale stages and users who are gone, then sweeps what no profile names. */
export const removeStaleStages =
  (services: CleanUpNeeds) =>
  async (request: CleanUpRequest): Promise<CleanUpOutcome> => {
    const report = await runAlone(services, request, (cursor) => run(services, request, cursor));
    return report ?? { skipped: 'another run is under way' };
  };

async function run(
  services: CleanUpNeeds,
  request: CleanUpRequest,
  cursor: string | undefined,
): Promise<CleanUpWork<CleanUpReport>> {
  const startedAt = services.now().getTime();
  const paces = startPaces(services);
  // A dry run looks at everything, and leaves the place where the next real run goes on.
  const after = request.dryRun || cursor === undefined ? undefined : placeOf(cursor);
  const pass = await removeStale(services, paces, request, after);
  const users = await settleUsers(services, request, pass, after === undefined);
  const swept = pass.complete ? await sweepStages(services, paces, request) : NOTHING_SWEPT;
  const report: CleanUpReport = {
    asOf: request.asOf.toISOString(),
    dryRun: request.dryRun,
    stale: pass.stale,
    idle: {},
    ...swept,
    oldestIdleHour: pass.oldestIdleHour ?? swept.oldestIdleHour,
    users,
    durationMs: services.now().getTime() - startedAt,
  };
  if (!request.dryRun) recordCleanUp(services, report);
  return { result: report, cursor: request.dryRun ? cursor : pass.cursor };
}

interface StalePass {
  readonly stale: Partial<Record<Removal | 'failed', number>>;
  readonly presences: Partial<Record<Presence, number>>;
  /** Users who are to be forgotten: their stage is out of the way. */
  readonly gone: IdleProfile[];
  oldestIdleHour: string | null;
  /** The last profile that was settled. */
  cursor: string | undefined;
  complete: boolean;
}

async function removeStale(
  services: CleanUpNeeds,
  paces: IvsPaces,
  request: CleanUpRequest,
  after: IdleRange['after'],
): Promise<StalePass> {
  const { profiles, settings, now } = services;
  const userPace = startUserPace(services);
  const before = hourOf(new Date(request.asOf.getTime() - settings.staleAfterDays * DAY_MS));
  const cursor = after && cursorAt(after);
  const pass: StalePass = { stale: {}, presences: {}, gone: [], oldestIdleHour: null, cursor, complete: false };
  for await (const idle of profiles.listIdle({ before, ...(after && { after }) })) {
    if (now() >= request.stopAt) return pass;
    if (!after) pass.oldestIdleHour ??= idle.idleHour;
    await settle(services, paces, userPace, request, idle, pass);
    pass.cursor = cursorAt(idle);
  }
  return { ...pass, cursor: undefined, complete: true };
}

async function settle(
  services: CleanUpNeeds,
  paces: IvsPaces,
  userPace: Pace,
  request: CleanUpRequest,
  idle: IdleProfile,
  { stale, presences, gone }: StalePass,
): Promise<void> {
  const presence = await askForUser(services, userPace, request, idle);
  presences[presence] = (presences[presence] ?? 0) + 1;
  const staysIdle = presence !== 'present';
  const removal = hasStage(idle)
    ? await settleIdleStage(services, paces, request, idle, staysIdle)
    : await settleStageless(services, request, idle, staysIdle);
  if (removal) stale[removal] = (stale[removal] ?? 0) + 1;
  const stageIsAway = removal === undefined || removal === 'removed' || removal === 'gone';
  if (presence === 'gone' && stageIsAway) gone.push(idle);
}

/** Of a profile without a stage there is nothing to clean up: once its user was seen, no run reads it again. */
async function settleStageless(
  { profiles, log }: CleanUpNeeds,
  { dryRun }: CleanUpRequest,
  idle: IdleProfile,
  staysIdle: boolean,
): Promise<'failed' | undefined> {
  try {
    if (!dryRun && !staysIdle) await profiles.leaveIdleIndex(idle);
    return undefined;
  } catch (cause) {
    log.error('a profile could not be taken out of the idle index', { userId: idle.userId, cause });
    return 'failed';
  }
}

/** Half the users cannot tell whether too many are gone: only a run that saw all of them forgets any. */
async function settleUsers(
  services: CleanUpNeeds,
  request: CleanUpRequest,
  { presences, gone, complete }: StalePass,
  fromTheFront: boolean,
) {
  const absent = (presences.absent ?? 0) + (presences.gone ?? 0);
  const failed = presences.unknown ?? 0;
  if (!complete || !fromTheFront) return { ...NO_USERS, absent, failed };
  const forgetting = await forgetUsers(services, request, gone);
  return { ...forgetting, absent, failed: failed + forgetting.failed };
}

type Place = Pick<IdleProfile, 'userId' | 'idleHour'>;

const cursorAt = ({ idleHour, userId }: Place): string => `${idleHour}#${userId}`;

function placeOf(cursor: string): Place {
  const end = cursor.indexOf('#');
  return { idleHour: cursor.slice(0, end), userId: cursor.slice(end + 1) };
}
