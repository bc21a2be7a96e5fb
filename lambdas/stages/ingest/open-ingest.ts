import type { OpenedIngest, OpenIngestRequest, UserId } from '../../../contract/stages.ts';
import { CAPABILITIES } from '../access/capabilities.ts';
import { lookAtStage } from '../clean-up/remove-user-stage.ts';
import { fallbackNameOf } from '../display-name.ts';
import { IngestExistsError, IngestQuotaReachedError, isIvsError, StageNotReadyError } from '../errors.ts';
import { throwPassing } from '../passing-trouble.ts';
import type { CreateIngestRequest, Services } from '../ports.ts';
import { isRunning, type Profile, removalOf, type StageRecord } from '../profile.ts';
import { tagsOf } from '../stage-tags.ts';
import { deleteAbandonedIngests } from './delete-abandoned-ingests.ts';
import { deleteIngest } from './delete-ingest.ts';
import { ingestNameOf, serverOf, toIngest } from './ingest-view.ts';

export type OpenIngestNeeds = Pick<
  Services,
  'profiles' | 'ingestSlots' | 'ingests' | 'ivs' | 'settings' | 'log' | 'now' | 'newId' | 'deadline'
>;

/** Outlives the function that answers the request, which has 10 s. */
const RESERVATION_SECONDS = 12;
/** For all calls to IVS of one request. */
const IVS_DEADLINE_MS = 7_000;
const TRY_AGAIN_SECONDS = 2;

interface Attempt {
  readonly userId: UserId;
  readonly displayName: string;
  readonly stage: StageRecord;
  readonly attemptId: string;
  /** End of the reservation. */
  readonly until: Date;
  readonly signal: AbortSignal;
}

/**
 * Opens the ingest of a user's stage: reserves the slot, CreateIngestConfiguration, names the ingest in the slot. As with
 * stages there is one try; what no slot names in the end is deleted by the next attempt or by the sweep.
 */
export const openIngest =
  (services: OpenIngestNeeds) =>
  async (userId: UserId, { protocol = 'RTMPS' }: OpenIngestRequest): Promise<OpenedIngest> => {
    const attempt = await startAttempt(services, userId);
    // Before anything is made: without a server the host could not use it.
    serverOf(attempt.stage, protocol);
    await reserveSlot(services, attempt);
    const { streamKey, ...created } = await create(services, attempt, toCreateRequest(services, attempt, protocol));
    const ingest = { ...created, stageArn: attempt.stage.arn, protocol };
    if (!(await services.ingestSlots.commit(userId, attempt.attemptId, ingest, services.now()))) {
      await takeBack(services, attempt, ingest.arn);
      throw new StageNotReadyError(TRY_AGAIN_SECONDS);
    }
    return { ...toIngest(attempt.stage, ingest), streamKey };
  };

/** The visit comes first: from then on no clean-up takes the stage for idle, or the profile tells that one has begun. */
async function startAttempt(services: OpenIngestNeeds, userId: UserId): Promise<Attempt> {
  const { profiles, settings, now, newId, deadline } = services;
  const visit = { userId, at: now(), visibility: settings.initialVisibility, fallbackName: fallbackNameOf(userId) };
  const profile = await profiles.recordVisit({ ...visit, isSignIn: false });
  return {
    userId,
    displayName: profile.displayName,
    stage: openStageOf(profile, now()),
    attemptId: newId(),
    until: new Date(now().getTime() + RESERVATION_SECONDS * 1000),
    signal: deadline(IVS_DEADLINE_MS),
  };
}

function openStageOf(profile: Profile, now: Date): StageRecord {
  const removal = removalOf(profile);
  if (removal && isRunning(removal, now)) throw new StageNotReadyError(secondsUntil(removal.until, now));
  // After a removal that broke off only IVS knows whether the stage exists: the owner's PUT asks it.
  if (!profile.stage || removal) throw new StageNotReadyError(TRY_AGAIN_SECONDS);
  return profile.stage;
}

async function reserveSlot(services: OpenIngestNeeds, attempt: Attempt): Promise<void> {
  const { ingestSlots, now } = services;
  const { userId, stage, attemptId, until } = attempt;
  const found = await ingestSlots.get(userId);
  if (found?.ingest?.stageArn === stage.arn) throw new IngestExistsError();
  if (found?.ingest) await clearAway(services, attempt, found.attemptId, found.ingest.arn);
  else if (found && found.until > now().getTime()) throw new IngestExistsError(secondsUntil(found.until, now()));
  const reserved = await ingestSlots.reserve(userId, attemptId, until, now());
  if (!reserved) throw new IngestExistsError(RESERVATION_SECONDS);
  // Trouble here leaves the reservation as it is: whoever comes after its end looks again.
  const wasAbandoned = found !== undefined && !found.ingest;
  if (wasAbandoned) await deleteAbandonedIngests(services, attempt).catch(throwWhileReserved);
}

/** The ingest of an earlier stage, whose removal broke off. */
async function clearAway(services: OpenIngestNeeds, { userId, signal }: Attempt, attemptId: string, arn: string) {
  await deleteIngest(services, arn, signal).catch(throwPassing);
  await services.ingestSlots.free(userId, attemptId);
}

const toCreateRequest = (
  { settings, now }: OpenIngestNeeds,
  { userId, displayName, stage, attemptId }: Attempt,
  protocol: CreateIngestRequest['protocol'],
): CreateIngestRequest => ({
  name: ingestNameOf(userId),
  stageArn: stage.arn,
  protocol,
  userId,
  displayName,
  role: 'host',
  capabilities: CAPABILITIES,
  tags: tagsOf({ ownerId: userId, deployment: settings.deployment, attemptId, createdAt: now().toISOString() }),
});

async function create(services: OpenIngestNeeds, attempt: Attempt, request: CreateIngestRequest) {
  const { ingests, ingestSlots } = services;
  try {
    return await ingests.create(request, attempt.signal);
  } catch (cause) {
    // IVS may have made it: nobody gets the slot before the reservation ends.
    if (isIvsError(cause, 'unknown')) throwWhileReserved(cause);
    await ingestSlots.free(attempt.userId, attempt.attemptId);
    if (isIvsError(cause, 'quota-reached')) throw new IngestQuotaReachedError({ cause });
    if (!isIvsError(cause, 'throttled') && (await isGone(services, attempt.stage))) {
      throw new StageNotReadyError(TRY_AGAIN_SECONDS);
    }
    return throwPassing(cause);
  }
}

/** IVS has no error of its own for an ingest of a stage that does not exist. */
const isGone = async (services: OpenIngestNeeds, { arn }: StageRecord): Promise<boolean> =>
  (await lookAtStage(services, arn)) === undefined;

/** The reservation ended or was deleted under us, so that nobody would ever know of this ingest. */
async function takeBack(services: OpenIngestNeeds, { userId, signal }: Attempt, ingestArn: string): Promise<void> {
  try {
    await deleteIngest(services, ingestArn, signal);
  } catch (cause) {
    services.log.warn('an ingest that no slot names is left to the clean-up', { userId, ingestArn, cause });
  }
}

const throwWhileReserved = (cause: unknown): never => throwPassing(cause, RESERVATION_SECONDS);

const secondsUntil = (until: number, now: Date): number => Math.max(1, Math.ceil((until - now.getTime()) / 1000));
