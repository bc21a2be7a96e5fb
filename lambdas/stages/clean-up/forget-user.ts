import type { IdleProfile, Services } from '../ports.ts';
import type { Lease } from '../profile.ts';
import type { CleanUpRequest } from './clean-up-run.ts';

export type ForgetNeeds = Pick<Services, 'profiles' | 'stageMembers' | 'log' | 'now' | 'newId'>;

export interface Forgetting {
  readonly forgotten: number;
  readonly refused: number;
  readonly failed: number;
}

/** So many at once look more like a wrong user pool than like people who left. */
const FORGET_AT_MOST = 20;
const LEASE_MS = 30_000;

/** Deletes what is left of users who are gone from the user pool and have no stage any more: all of them, or none. */
export async function forgetUsers(
  services: ForgetNeeds,
  { stopAt, dryRun, forgetAtMost = FORGET_AT_MOST }: CleanUpRequest,
  gone: readonly IdleProfile[],
): Promise<Forgetting> {
  const { log, now } = services;
  if (gone.length > forgetAtMost) {
    log.error('too many users are gone from the user pool: none is forgotten', { users: gone.length });
    return { forgotten: 0, refused: gone.length, failed: 0 };
  }
  let [forgotten, failed] = [0, 0];
  for (const idle of gone) {
    if (now() >= stopAt) break;
    try {
      if (dryRun || (await forgetUser(services, idle))) forgotten++;
    } catch (cause) {
      log.error('a user could not be forgotten', { userId: idle.userId, cause });
      failed++;
    }
  }
  return { forgotten, refused: 0, failed };
}

/** False: somebody came meanwhile. */
async function forgetUser(services: ForgetNeeds, { userId, idleHour }: IdleProfile): Promise<boolean> {
  const { profiles, stageMembers, now, newId } = services;
  const lease: Lease = { attemptId: newId(), kind: 'remove', until: now().getTime() + LEASE_MS, deleting: true };
  if (!(await profiles.claimForRemoval({ userId, stageArn: null, idleHour }, lease, now()))) return false;
  // The profile last: while it is there, the next run comes back to what is left.
  await stageMembers.deleteAllOf(userId);
  return profiles.deleteProfile(userId, lease.attemptId);
}
