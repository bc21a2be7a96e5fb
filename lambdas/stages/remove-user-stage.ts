import { isIvsError } from './errors.ts';
import type { Pace } from './pace.ts';
import type { IdleProfile, IvsStage, Services } from './ports.ts';
import { hourOf, type Lease } from './profile.ts';
import { DEPLOYMENT_TAG, RETAIN_TAG, stageIdOf } from './stage-tags.ts';

export type Removal =
  | 'removed'
  /** Somebody else had deleted it already. */
  | 'gone'
  /** People are on it. */
  | 'in-session'
  /** The operator's tag keeps it. */
  | 'retained'
  /** It does not carry our deployment's tag. */
  | 'foreign'
  /** The owner came back, or somebody holds the lease. */
  | 'spared';

/** One pace for each operation, shared by all that a run does. */
export type IvsPaces = Readonly<Record<'getStage' | 'deleteStage' | 'listStages', Pace>>;

export type RemovalNeeds = Pick<
  Services,
  'profiles' | 'stageOwners' | 'ivs' | 'settings' | 'log' | 'now' | 'newId' | 'deadline'
>;

export type StagedIdleProfile = IdleProfile & { readonly stageArn: string };

const LEASE_MS = 30_000;
/** A DeleteStage must not be under way when the lease ends: the call is cut off before. */
const LEAST_LEASE_FOR_DELETE_MS = 5_000;
export const IVS_CALL_DEADLINE_MS = 4_000;

/**
 * Removes the stage of one profile. The lease keeps the owner from getting a token or a new stage meanwhile; IVS has no
 * conditional delete, so the session is looked at after the claim and last before the delete.
 */
export const removeUserStage =
  (services: RemovalNeeds, paces: IvsPaces, asOf: Date) =>
  async (idle: StagedIdleProfile): Promise<Removal> => {
    const { profiles, now, newId } = services;
    const lease: Lease = { attemptId: newId(), kind: 'remove', until: now().getTime() + LEASE_MS };
    if (!(await profiles.claimForRemoval(idle, lease, now()))) return 'spared';
    try {
      return await removeClaimed(services, paces, asOf, idle, lease);
    } catch (error) {
      // After a delete whose outcome nobody knows, the lease stands: whoever comes next asks IVS.
      if (!isIvsError(error, 'unknown')) await profiles.releaseLease(idle.userId, lease.attemptId);
      throw error;
    }
  };

async function removeClaimed(
  services: RemovalNeeds,
  paces: IvsPaces,
  asOf: Date,
  { userId, stageArn }: StagedIdleProfile,
  lease: Lease,
): Promise<Removal> {
  const { profiles, stageOwners, settings } = services;
  const found = await findStage(services, paces, stageArn);
  const kept = found && reasonToKeep(found, settings.deployment);
  if (kept) {
    await profiles.releaseLease(userId, lease.attemptId, hourOf(asOf));
    return kept;
  }
  if (found && !(await deleteInTime(services, paces, stageArn, lease))) {
    await profiles.releaseLease(userId, lease.attemptId);
    return 'spared';
  }
  await stageOwners.delete(stageIdOf(stageArn));
  await profiles.clearStage(userId, stageArn);
  return found ? 'removed' : 'gone';
}

/** False: the call could have outlasted the lease and was not made. */
const deleteInTime = (
  { ivs, now, deadline }: RemovalNeeds,
  paces: IvsPaces,
  stageArn: string,
  lease: Lease,
): Promise<boolean> =>
  paces.deleteStage.run(async () => {
    if (lease.until - now().getTime() < LEAST_LEASE_FOR_DELETE_MS) return false;
    await ivs.deleteStage(stageArn, deadline(IVS_CALL_DEADLINE_MS));
    return true;
  });

/** IVS evaluates our permission on the tags first: a stage with another deployment's tag is not even shown. */
export async function findStage(
  { ivs, deadline }: Pick<Services, 'ivs' | 'deadline'>,
  paces: IvsPaces,
  stageArn: string,
): Promise<IvsStage | 'denied' | undefined> {
  try {
    return await paces.getStage.run(() => ivs.getStage(stageArn, deadline(IVS_CALL_DEADLINE_MS)));
  } catch (error) {
    if (isIvsError(error, 'denied')) return 'denied';
    throw error;
  }
}

export function reasonToKeep(
  stage: IvsStage | 'denied',
  deployment: string,
): 'foreign' | 'retained' | 'in-session' | undefined {
  if (stage === 'denied' || stage.tags[DEPLOYMENT_TAG] !== deployment) return 'foreign';
  if (RETAIN_TAG in stage.tags) return 'retained';
  return stage.sessionActive ? 'in-session' : undefined;
}
