import { isIvsError } from '../errors.ts';
import type { Pace } from '../pace.ts';
import type { IdleProfile, IvsStage, RemovalClaim, Services } from '../ports.ts';
import { hourOf, type Lease } from '../profile.ts';
import { DEPLOYMENT_TAG, RETAIN_TAG, stageIdOf } from '../stage-tags.ts';
import { removeIngestOf } from './remove-ingest.ts';

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
  /** The owner came back, somebody publishes, or somebody holds the lease. */
  | 'spared';

/** One pace for each operation, shared by all that a run does. */
export type IvsPaces = Readonly<
  Record<'getStage' | 'deleteStage' | 'listStages' | 'deleteIngest' | 'listIngests' | 'listTags', Pace>
>;

export type RemovalNeeds = Pick<
  Services,
  'profiles' | 'stageOwners' | 'ingestSlots' | 'ivs' | 'ingests' | 'settings' | 'log' | 'now' | 'newId' | 'deadline'
>;

export type StagedIdleProfile = IdleProfile & { readonly stageArn: string };

export interface RemovalOptions {
  /** Whether the profile keeps its place in the idle index, so that a later run looks at its user again. */
  readonly staysIdle: boolean;
}

const LEASE_MS = 30_000;
/** A DeleteStage must not be under way when the lease ends: the call is cut off before. */
const LEAST_LEASE_FOR_DELETE_MS = 5_000;
export const IVS_CALL_DEADLINE_MS = 4_000;

/**
 * Removes the stage of one profile in two steps. IVS has no conditional delete, so the claim keeps the owner from getting a
 * token or a new stage, and the confirmation right before the delete proves that nobody visited or published since.
 */
export const removeUserStage =
  (services: RemovalNeeds, paces: IvsPaces) =>
  async ({ userId, stageArn, idleHour }: StagedIdleProfile, options: RemovalOptions): Promise<Removal> => {
    const { profiles, now, newId } = services;
    const claim = { userId, stageArn, idleHour };
    const lease: Lease = { attemptId: newId(), kind: 'remove', until: now().getTime() + LEASE_MS };
    if (!(await profiles.claimForRemoval(claim, lease, now()))) return 'spared';
    const progress: Progress = { mayBeDeleted: false };
    try {
      return await removeClaimed(services, paces, claim, lease, progress, options);
    } catch (error) {
      // While the stage may be gone the lease stands: whoever comes next asks IVS.
      if (!progress.mayBeDeleted) await profiles.releaseLease(userId, lease.attemptId);
      throw error;
    }
  };

interface Progress {
  mayBeDeleted: boolean;
}

type StageClaim = RemovalClaim & { readonly stageArn: string };

async function removeClaimed(
  services: RemovalNeeds,
  paces: IvsPaces,
  claim: StageClaim,
  lease: Lease,
  progress: Progress,
  { staysIdle }: RemovalOptions,
): Promise<Removal> {
  const { profiles, stageOwners, settings, now } = services;
  const { userId, stageArn } = claim;
  const found = await findStage(services, paces, stageArn);
  const kept = found && reasonToKeep(found, settings.deployment);
  if (kept) {
    await profiles.releaseLease(userId, lease.attemptId, hourOf(now()));
    return kept;
  }
  if (found && !(await deleteIfConfirmed(services, paces, claim, lease, progress))) {
    await profiles.releaseLease(userId, lease.attemptId);
    return 'spared';
  }
  await removeIngestOf(services, paces, userId, stageArn);
  await stageOwners.delete(stageIdOf(stageArn));
  await profiles.clearStage(userId, stageArn, staysIdle);
  return found ? 'removed' : 'gone';
}

/** False: somebody came since the claim, or the call could have outlasted the lease. It was not made. */
const deleteIfConfirmed = (
  { profiles, ivs, now, deadline }: RemovalNeeds,
  paces: IvsPaces,
  claim: StageClaim,
  lease: Lease,
  progress: Progress,
): Promise<boolean> =>
  paces.deleteStage.run(async () => {
    if (!(await profiles.confirmRemoval(claim, lease, now()))) return false;
    if (lease.until - now().getTime() < LEAST_LEASE_FOR_DELETE_MS) return false;
    progress.mayBeDeleted = true;
    try {
      await ivs.deleteStage(claim.stageArn, deadline(IVS_CALL_DEADLINE_MS));
    } catch (error) {
      progress.mayBeDeleted = isIvsError(error, 'unknown');
      throw error;
    }
    return true;
  });

export const findStage = (
  services: Pick<Services, 'ivs' | 'deadline'>,
  paces: IvsPaces,
  stageArn: string,
): Promise<IvsStage | 'denied' | undefined> => paces.getStage.run(() => lookAtStage(services, stageArn));

/** IVS evaluates our permission on the tags first: a stage with another deployment's tag is not even shown. */
export async function lookAtStage(
  { ivs, deadline }: Pick<Services, 'ivs' | 'deadline'>,
  stageArn: string,
): Promise<IvsStage | 'denied' | undefined> {
  try {
    return await ivs.getStage(stageArn, deadline(IVS_CALL_DEADLINE_MS));
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
  return stage.activeSessionId === undefined ? undefined : 'in-session';
}
