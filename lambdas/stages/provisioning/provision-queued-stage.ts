import type { UserId } from '../../../contract/stages.ts';
import { isIvsError } from '../errors.ts';
import type { Pace } from '../pace.ts';
import type { ProvisioningMessage, Services } from '../ports.ts';
import { isRunning, type Profile, removalOf } from '../profile.ts';
import { askForRoom } from './ask-for-room.ts';
import { checkUserStage } from './check-user-stage.ts';
import { createUserStage } from './create-user-stage.ts';
import { startBudget, WORKER_BUDGET } from './time-budget.ts';

export type ProvisionNeeds = Pick<
  Services,
  | 'profiles'
  | 'stageOwners'
  | 'ivs'
  | 'roomRequests'
  | 'metrics'
  | 'settings'
  | 'log'
  | 'now'
  | 'newId'
  | 'sleep'
  | 'deadline'
>;

/** The time was over before the stage was made: nothing is wrong with the message. */
export class OutOfTimeError extends Error {
  constructor(userId: UserId, stopAt: Date) {
    super(`no stage for user ${userId} before ${stopAt.toISOString()}`);
    this.name = 'OutOfTimeError';
  }
}

/** A lease ends when it says, or earlier; look again at least this often. */
const LONGEST_WAIT_MS = 5_000;

/**
 * Makes the stage of a user in the queue. Waits in place for a lease or a throttle, so that a message that fails has failed
 * for a reason. @throws OutOfTimeError, or what made the attempt fail; the queue brings the message back
 */
export const provisionQueuedStage =
  (services: ProvisionNeeds, pace: Pace) =>
  async ({ userId, queuedAt }: ProvisioningMessage, stopAt: Date): Promise<void> => {
    while (services.now() < stopAt) {
      const profile = await services.profiles.get(userId);
      if (!profile) return;
      const next = await attempt(services, pace, profile);
      if (next === 'done') return services.profiles.unmarkQueued(userId, queuedAt);
    }
    throw new OutOfTimeError(userId, stopAt);
  };

async function attempt(services: ProvisionNeeds, pace: Pace, profile: Profile): Promise<'done' | 'again'> {
  const { lease, stage } = profile;
  if (isRunning(lease, services.now())) {
    await services.sleep(Math.min(lease.until - services.now().getTime(), LONGEST_WAIT_MS));
    return 'again';
  }
  if (stage && !removalOf(profile)) return 'done';
  if (stage) return settleRemoval(services, pace, profile, stage);
  return create(services, pace, profile);
}

/** A removal broke off and left it open whether the stage still exists. */
async function settleRemoval(
  services: ProvisionNeeds,
  pace: Pace,
  profile: Profile,
  stage: NonNullable<Profile['stage']>,
): Promise<'done' | 'again'> {
  await pace.turn();
  const check = await checkUserStage(services)(profile, stage, startBudget(services, WORKER_BUDGET));
  if (check.outcome !== 'unknown') return check.outcome === 'confirmed' ? 'done' : 'again';
  if (!isIvsError(check.cause, 'throttled')) throw check.cause;
  pace.throttled();
  return 'again';
}

async function create(services: ProvisionNeeds, pace: Pace, { userId }: Profile): Promise<'done' | 'again'> {
  await pace.turn();
  const budget = startBudget(services, WORKER_BUDGET);
  const creation = await createUserStage(services)(userId, budget);
  if (creation.outcome === 'busy') return 'again';
  if (creation.outcome !== 'failed') {
    pace.succeeded();
    return 'done';
  }
  const { attemptId, cause } = creation;
  await release(services, userId, attemptId);
  if (isIvsError(cause, 'throttled')) {
    pace.throttled();
    return 'again';
  }
  // No room: waiting in the queue would not help. The user's next visit asks again and is told.
  if (isIvsError(cause, 'quota-reached')) {
    await askForRoom(services, userId, cause, budget.total);
    return 'done';
  }
  throw cause;
}

/** The lease ends by itself: that it could not be released must not hide why the attempt failed. */
async function release({ profiles, log }: ProvisionNeeds, userId: UserId, attemptId: string): Promise<void> {
  try {
    await profiles.releaseLease(userId, attemptId);
  } catch (cause) {
    log.warn('a lease could not be released', { userId, attemptId, cause });
  }
}
