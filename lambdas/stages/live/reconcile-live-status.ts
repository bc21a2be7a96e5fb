import type { UserId } from '../../../contract/stages.ts';
import { IvsError } from '../errors.ts';
import { Pace } from '../pace.ts';
import type { Services } from '../ports.ts';
import { originOf } from '../stage-tags.ts';
import { type CallIvs, type Examination, type ExamineNeeds, examineLiveStatus } from './examine-live-status.ts';

export interface ReconcileReport {
  /** Owners whose stage was live, in doubt or in session. */
  readonly candidates: number;
  readonly examined: number;
  /** Live statuses that were wrong about who publishes. */
  readonly corrected: number;
  /** Owners who could not be settled: the next pass tries again. */
  readonly failed: number;
  readonly liveStages: number;
  readonly publishers: number;
  /** Connected participants, as far as IVS was asked for them. */
  readonly participants: number;
  /** Participants who published without the right to, or were banned. */
  readonly putOut: number;
  readonly durationMs: number;
  /** False: time ran out, and the next pass goes on, or not all stages could be listed. */
  readonly complete: boolean;
}

export type ReconcileOutcome = ReconcileReport | { readonly skipped: 'another run is under way' };

export type ReconcileNeeds = ExamineNeeds &
  Pick<Services, 'runLeases' | 'settings' | 'metrics' | 'log' | 'newId' | 'sleep' | 'deadline'>;

/** Of all operations together: the other four a second are for sign-ins, tokens and the clean-up. */
const CALLS_PER_SECOND = 1;
const CALL_DEADLINE_MS = 4_000;
const RUN = 'reconcile';
/** What is under way at `stopAt` still ends under the lease. */
const RUN_MARGIN_MS = 15_000;

/** Compares with IVS what events have told, because events get lost: every five minutes, one call a second. */
export const reconcileLiveStatus =
  (services: ReconcileNeeds) =>
  async (stopAt: Date): Promise<ReconcileOutcome> => {
    const { runLeases, now, newId } = services;
    const holder = newId();
    const lease = await runLeases.acquire(RUN, holder, new Date(stopAt.getTime() + RUN_MARGIN_MS), now());
    if (!lease) return { skipped: 'another run is under way' };
    let cursor = lease.cursor;
    try {
      const pass = await run(services, stopAt, cursor);
      cursor = pass.cursor;
      return pass.report;
    } finally {
      await runLeases.release(RUN, holder, cursor);
    }
  };

interface Pass {
  readonly report: ReconcileReport;
  /** Where the next one goes on; undefined: at the start. */
  readonly cursor: string | undefined;
}

async function run(services: ReconcileNeeds, stopAt: Date, cursor: string | undefined): Promise<Pass> {
  const { metrics, now } = services;
  const startedAt = now();
  const callIvs = inTurn(services, stopAt);
  const halfTime = new Date((startedAt.getTime() + stopAt.getTime()) / 2);
  const candidates = await findCandidates(services, callIvs, halfTime);
  const places = startAfter(cursor, candidates.places);
  const found = await examineAll(services, callIvs, places, stopAt);
  const counts = sumUp(found);
  const cameRound = found.length === places.length;
  const complete = cameRound && candidates.complete;
  const durationMs = now().getTime() - startedAt.getTime();
  metrics.record({
    ReconcileSeconds: durationMs / 1000,
    ReconcileFailures: counts.failed,
    LiveStatusCorrected: counts.corrected,
    ParticipantsPutOut: counts.putOut,
    // Half a picture would be a lie.
    ...(complete &&
      counts.failed === 0 && {
        LiveStages: counts.liveStages,
        Publishers: counts.publishers,
        Participants: counts.participants,
      }),
  });
  return {
    report: { candidates: places.length, examined: found.length, ...counts, durationMs, complete },
    cursor: cameRound ? undefined : (places[found.length - 1] ?? cursor),
  };
}

class OutOfTimeError extends Error {
  override readonly message = 'the time of the pass is over';
}

function inTurn(services: ReconcileNeeds, stopAt: Date): CallIvs {
  const { now, deadline } = services;
  const pace = new Pace(services, CALLS_PER_SECOND);
  return async (call) => {
    if (now() >= stopAt) throw new OutOfTimeError();
    return pace.run(() => call(deadline(CALL_DEADLINE_MS)));
  };
}

/** Whoever the time did not suffice for comes first in the next pass; but not again and again, if a whole pass is too short. */
async function examineAll(
  services: ReconcileNeeds,
  callIvs: CallIvs,
  places: readonly string[],
  stopAt: Date,
): Promise<readonly Examined[]> {
  const found: Examined[] = [];
  for (const place of places) {
    if (services.now() >= stopAt) break;
    const result = await examine(services, callIvs, ownerAt(place));
    if (result === 'out-of-time' && found.length > 0) break;
    found.push(result);
  }
  return found;
}

type Examined = Examination | 'failed' | 'out-of-time' | undefined;

/** One owner's trouble must not keep the others from being reconciled. */
async function examine(services: ReconcileNeeds, callIvs: CallIvs, ownerId: UserId): Promise<Examined> {
  const { log } = services;
  try {
    const found = await examineLiveStatus(services, callIvs)(ownerId);
    if (found !== 'refused') return found;
    log.warn('a live status changed while IVS was asked', { ownerId });
  } catch (cause) {
    const isPassing = cause instanceof IvsError || cause instanceof OutOfTimeError;
    log[isPassing ? 'warn' : 'error']('a live status could not be reconciled', { ownerId, cause });
    if (cause instanceof OutOfTimeError) return 'out-of-time';
  }
  return 'failed';
}

function sumUp(found: readonly Examined[]) {
  const known = found.filter((each) => typeof each === 'object');
  const sum = (count: (each: Examination) => number) => known.reduce((total, each) => total + count(each), 0);
  return {
    corrected: sum(({ corrected }) => Number(corrected)),
    failed: found.filter((each) => typeof each === 'string').length,
    liveStages: sum(({ status }) => Number(status.live)),
    publishers: sum(({ status }) => status.publisherCount),
    participants: sum(({ connected }) => connected),
    putOut: sum(({ putOut }) => putOut),
  };
}

interface Candidates {
  /** In an order that lasts from pass to pass: those to be watched first, then others whose stage is in session. */
  readonly places: readonly string[];
  /** False: not all stages could be listed. */
  readonly complete: boolean;
}

async function findCandidates(services: ReconcileNeeds, callIvs: CallIvs, stopAt: Date): Promise<Candidates> {
  const watched = new Set<UserId>();
  for await (const ownerId of services.liveStatus.listWatched()) watched.add(ownerId);
  const { owners, complete } = await listInSession(services, callIvs, stopAt);
  const others = [...owners].filter((ownerId) => !watched.has(ownerId));
  const places = [
    ...[...watched].sort().map((ownerId) => `watched#${ownerId}`),
    ...others.sort().map((ownerId) => `with-session#${ownerId}`),
  ];
  return { places, complete };
}

/** A pass whose list broke off still looks at those to be watched. */
async function listInSession(
  { ivs, settings, log, now }: ReconcileNeeds,
  callIvs: CallIvs,
  stopAt: Date,
): Promise<{ readonly owners: ReadonlySet<UserId>; readonly complete: boolean }> {
  const owners = new Set<UserId>();
  let cursor: string | undefined;
  try {
    do {
      if (now() >= stopAt) return { owners, complete: false };
      const from = cursor;
      const page = await callIvs((signal) => ivs.listStages(from, signal));
      for (const { tags, activeSessionId } of page.stages) {
        const origin = originOf(tags);
        if (activeSessionId && origin?.deployment === settings.deployment) owners.add(origin.ownerId);
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
    return { owners, complete: true };
  } catch (cause) {
    log.warn('not all stages in session could be listed', { cause });
    return { owners, complete: false };
  }
}

const ownerAt = (place: string): UserId => place.slice(place.indexOf('#') + 1);

/** Round robin: whoever had no turn in the pass before comes first. */
function startAfter(cursor: string | undefined, places: readonly string[]): readonly string[] {
  if (cursor === undefined) return places;
  const next = places.findIndex((place) => place > cursor);
  return next < 0 ? places : [...places.slice(next), ...places.slice(0, next)];
}
