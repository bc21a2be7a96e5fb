import type { ParticipantToken } from '../../../contract/stages.ts';
import { isIvsError } from '../errors.ts';
import type { Services, Visit } from '../ports.ts';
import { isRunning, type Lease, type Profile, removalOf, type StageRecord } from '../profile.ts';
import { askForRoom } from './ask-for-room.ts';
import { checkUserStage } from './check-user-stage.ts';
import { createUserStage } from './create-user-stage.ts';
import { queueWaitSeconds, turnSeconds } from './provisioning-backlog.ts';
import { SIGN_IN_BUDGET, startBudget, type TimeBudget } from './time-budget.ts';

export type Ensured =
  | { readonly state: 'active'; readonly profile: Profile; readonly hostToken?: ParticipantToken }
  | { readonly state: 'provisioning'; readonly profile: Profile; readonly retryAfterSeconds: number }
  /** The clean-up is taking the stage away; a new one can be made when that is over. */
  | { readonly state: 'being-removed'; readonly retryAfterSeconds: number }
  | { readonly state: 'quota-reached' };

export interface EnsureOptions {
  /** A stage that IVS confirmed so recently is trusted to exist. */
  readonly trustForMs: number;
  /** Asks CreateStage for the host's first token as well. */
  readonly withHostToken: boolean;
}

export type EnsureNeeds = Pick<
  Services,
  | 'profiles'
  | 'stageOwners'
  | 'ivs'
  | 'provisioningQueue'
  | 'roomRequests'
  | 'metrics'
  | 'settings'
  | 'log'
  | 'now'
  | 'newId'
  | 'deadline'
>;

/**
 * Sees to it that a user has a stage, within 3 s: finds it in one AWS call on a repeat visit, makes it on the first, and
 * leaves it to the provisioning queue when IVS does not deliver in time.
 */
export const ensureUserStage =
  (services: EnsureNeeds) =>
  async (visit: Visit, options: EnsureOptions): Promise<Ensured> => {
    const budget = startBudget(services, SIGN_IN_BUDGET);
    const profile = await services.profiles.recordVisit(visit, budget.total);
    const removal = removalOf(profile);
    if (removal && isRunning(removal, services.now())) return waitForRemoval(services, profile, removal, budget);
    if (!profile.stage) return provision(services, profile, options, budget);
    if (!removal && isTrusted(profile.stage, options, services.now())) return { state: 'active', profile };

    const check = await checkUserStage(services)(profile, profile.stage, budget);
    if (check.outcome === 'confirmed') return { state: 'active', profile: check.profile };
    if (check.outcome === 'gone') return provision(services, profile, options, budget);
    return removal ? { state: 'being-removed', retryAfterSeconds: 1 } : { state: 'active', profile };
  };

const isTrusted = ({ checkedAt }: StageRecord, { trustForMs }: EnsureOptions, now: Date): boolean =>
  checkedAt !== undefined && now.getTime() - Date.parse(checkedAt) < trustForMs;

/** The stage that is being removed cannot be kept any more; the queue makes the next one when the lease ends. */
async function waitForRemoval(
  services: EnsureNeeds,
  profile: Profile,
  removal: Lease,
  budget: TimeBudget,
): Promise<Ensured> {
  if ((await queueWaitSeconds(services, profile, budget.total)) === undefined) {
    await enqueue(services, profile, undefined, budget);
  }
  return {
    state: 'being-removed',
    retryAfterSeconds: Math.max(1, Math.ceil((removal.until - services.now().getTime()) / 1000)),
  };
}

async function provision(
  services: EnsureNeeds,
  profile: Profile,
  { withHostToken }: EnsureOptions,
  budget: TimeBudget,
): Promise<Ensured> {
  const waitSeconds = await queueWaitSeconds(services, profile, budget.total);
  if (waitSeconds !== undefined) return { state: 'provisioning', profile, retryAfterSeconds: waitSeconds };

  const hostName = withHostToken ? profile.displayName : undefined;
  const creation = await createUserStage(services)(profile.userId, budget, hostName);
  if (creation.outcome === 'created') return { state: 'active', ...creation };
  if (creation.outcome === 'present') return { state: 'active', profile: creation.profile };
  if (creation.outcome === 'busy') return { state: 'provisioning', profile, retryAfterSeconds: 1 };
  return giveUp(services, profile, creation.attemptId, creation.cause, budget);
}

/** Nothing may run on after the answer, so the rest of the budget is for leaving the work to others in good order. */
async function giveUp(
  services: EnsureNeeds,
  profile: Profile,
  attemptId: string,
  cause: unknown,
  budget: TimeBudget,
): Promise<Ensured> {
  const { profiles, log } = services;
  if (isIvsError(cause, 'quota-reached')) {
    await profiles.releaseLease(profile.userId, attemptId, undefined, budget.total);
    await askForRoom(services, profile.userId, cause, budget.total);
    return { state: 'quota-reached' };
  }
  log.warn('a stage is left to the queue', { userId: profile.userId, attemptId, cause });
  await enqueue(services, profile, attemptId, budget);
  return { state: 'provisioning', profile, retryAfterSeconds: await estimateTurn(services, budget) };
}

/** The user is queued already: not knowing their turn must not look like a failure. */
async function estimateTurn({ provisioningQueue, log }: EnsureNeeds, budget: TimeBudget): Promise<number> {
  try {
    return turnSeconds(await provisioningQueue.backlog(budget.total));
  } catch (cause) {
    log.warn('the backlog could not be read', { cause });
    return turnSeconds(0);
  }
}

/** The profile is marked first: a message without a mark would be worked off twice, a mark without a message expires. */
async function enqueue(
  { profiles, provisioningQueue, metrics, now }: EnsureNeeds,
  { userId, queuedAt: replaces }: Profile,
  attemptId: string | undefined,
  budget: TimeBudget,
): Promise<void> {
  const queuedAt = now().toISOString();
  const marked = await profiles.markQueued(userId, { queuedAt, replaces, attemptId }, budget.total);
  if (!marked) return;
  await provisioningQueue.send({ userId, queuedAt }, budget.total);
  metrics.record({ VisitsQueued: 1 });
}
