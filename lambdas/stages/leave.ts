import type { UserId } from '../../contract/stages.ts';
import { IVS_CALL_DEADLINE_MS, lookAtStage, reasonToKeep } from './clean-up/remove-user-stage.ts';
import { isIvsError, StageNotReadyError, UpstreamThrottledError } from './errors.ts';
import { deleteIngest } from './ingest/delete-ingest.ts';
import { throwPassing } from './passing-trouble.ts';
import type { Services } from './ports.ts';
import { isRunning, type Lease, type Profile } from './profile.ts';
import { stageIdOf } from './stage-tags.ts';

export type LeaveNeeds = Pick<
  Services,
  | 'profiles'
  | 'stageOwners'
  | 'stageMembers'
  | 'ingestSlots'
  | 'ivs'
  | 'ingests'
  | 'settings'
  | 'now'
  | 'newId'
  | 'deadline'
>;

/** Outlives the function that answers the request, which has 10 s. */
const LEASE_MS = 12_000;
/** After two calls about the stage, with 4 s each, the function has not much left. */
const INGEST_DEADLINE_MS = 1_500;

/**
 * Deletes everything of a user at their own wish: the stage, whoever is on it, and its ingest, then the rows beside the
 * profile, and the profile last. While it is there, the next call goes on where this one broke off.
 */
export const leave =
  (services: LeaveNeeds) =>
  async (userId: UserId): Promise<void> => {
    const { profiles, stageMembers, now, newId } = services;
    const profile = await profiles.get(userId);
    if (!profile) return;
    const stageArn = profile.stage?.arn ?? null;
    const lease: Lease = { attemptId: newId(), kind: 'remove', until: now().getTime() + LEASE_MS, deleting: true };
    const claimed = await profiles.claimForRemoval({ userId, stageArn }, lease, now());
    if (!claimed) throw new StageNotReadyError(secondsUntilFree(profile, now()));
    if (stageArn !== null) await removeStage(services, userId, stageArn, lease);
    await removeIngest(services, userId);
    await stageMembers.deleteAllOf(userId);
    // Refused: the lease ended under us and somebody opens a stage for this user again.
    if (!(await profiles.deleteProfile(userId, lease.attemptId))) throw new StageNotReadyError(1);
  };

const secondsUntilFree = ({ lease }: Profile, now: Date): number =>
  isRunning(lease, now) ? Math.ceil((lease.until - now.getTime()) / 1000) : 1;

async function removeStage(services: LeaveNeeds, userId: UserId, stageArn: string, lease: Lease): Promise<void> {
  const { profiles, stageOwners } = services;
  try {
    await deleteOwnStage(services, stageArn);
  } catch (cause) {
    // After a delete whose outcome nobody knows, the lease stands until it ends by itself.
    if (isIvsError(cause, 'unknown')) throw new UpstreamThrottledError({ cause });
    await profiles.releaseLease(userId, lease.attemptId);
    throw isIvsError(cause, 'throttled') ? new UpstreamThrottledError({ cause }) : cause;
  }
  await stageOwners.delete(stageIdOf(stageArn));
}

/** Also of an earlier stage, or of one that the operator retains: nobody may publish in the name of who has left. */
async function removeIngest(services: LeaveNeeds, userId: UserId): Promise<void> {
  const { ingestSlots, deadline } = services;
  const { ingest } = (await ingestSlots.get(userId)) ?? {};
  // The lease stands if this fails: the stage is gone, so there is nothing to open again before it ends.
  if (ingest) await deleteIngest(services, ingest.arn, deadline(INGEST_DEADLINE_MS)).catch(throwPassing);
}

/** A session does not keep it; another deployment's tag and the operator's do. */
async function deleteOwnStage(services: LeaveNeeds, stageArn: string): Promise<void> {
  const { ivs, settings, deadline } = services;
  const found = await lookAtStage(services, stageArn);
  const kept = found && reasonToKeep(found, settings.deployment);
  if (!found || kept === 'foreign' || kept === 'retained') return;
  await ivs.deleteStage(stageArn, deadline(IVS_CALL_DEADLINE_MS));
}
