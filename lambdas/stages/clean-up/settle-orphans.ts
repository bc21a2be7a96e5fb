import type { IvsStage } from '../ports.ts';
import { isRunning } from '../profile.ts';
import { type StageOrigin, stageIdOf } from '../stage-tags.ts';
import type { NamedStages, OwnStage, Region } from './list-region.ts';
import {
  findStage,
  IVS_CALL_DEADLINE_MS,
  type IvsPaces,
  type RemovalNeeds,
  reasonToKeep,
} from './remove-user-stage.ts';

/** `adopted`: its owner's profile named none. `left`: somebody is provisioning for that user now. */
type OrphanResult = 'deleted' | 'adopted' | 'left' | 'in-session' | 'retained' | 'foreign' | 'failed';

export type OrphanCounts = Readonly<Partial<Record<OrphanResult, number>>>;

export interface SweepRequest {
  readonly stopAt: Date;
  readonly dryRun: boolean;
}

/** Younger ones may be waiting for their commit. */
const LEAST_ORPHAN_AGE_MS = 15 * 60_000;

/**
 * Deletes or adopts the stages that no profile names. The lists may be out of date, so every change rests on a consistent
 * read of the profile and on GetStage.
 */
export async function settleOrphans(
  services: RemovalNeeds,
  paces: IvsPaces,
  request: SweepRequest,
  { own }: Region,
  { owners }: NamedStages,
): Promise<{ readonly orphans: OrphanCounts; readonly complete: boolean }> {
  const orphans: Partial<Record<OrphanResult, number>> = {};
  for (const [arn, { stage, origin }] of own) {
    if (owners.get(arn) === origin.ownerId || !isOldEnough(origin, services.now())) continue;
    if (services.now() >= request.stopAt) return { orphans, complete: false };
    const result = await settleOrphan(services, paces, request, { stage, origin });
    if (result) orphans[result] = (orphans[result] ?? 0) + 1;
  }
  return { orphans, complete: true };
}

export const isOldEnough = ({ createdAt }: StageOrigin, now: Date): boolean =>
  now.getTime() - Date.parse(createdAt) >= LEAST_ORPHAN_AGE_MS;

async function settleOrphan(
  services: RemovalNeeds,
  paces: IvsPaces,
  { dryRun }: SweepRequest,
  { stage, origin }: OwnStage,
): Promise<OrphanResult | undefined> {
  const { profiles, log, now } = services;
  const { ownerId } = origin;
  try {
    const profile = await profiles.get(ownerId);
    if (profile?.stage?.arn === stage.arn) return undefined;
    // Adopting would be refused anyway; this keeps dry runs true.
    if (profile && !profile.stage && isRunning(profile.lease, now())) return 'left';
    const found = await findStage(services, paces, stage.arn);
    if (!found) return undefined;
    if (profile && !profile.stage) return dryRun ? 'adopted' : await adopt(services, stage, origin);
    const kept = reasonToKeep(found, services.settings.deployment);
    if (kept) return kept;
    return dryRun ? 'deleted' : await deleteOrphan(services, paces, stage);
  } catch (cause) {
    log.error('an orphan could not be settled', { ownerId, stageArn: stage.arn, cause });
    return 'failed';
  }
}

async function adopt(
  { profiles, stageOwners, now }: RemovalNeeds,
  { arn, name }: IvsStage,
  { ownerId, createdAt, attemptId }: StageOrigin,
): Promise<OrphanResult> {
  // The pointer first: one that points at the owner of a stage which is not adopted after all does no harm.
  await stageOwners.put(stageIdOf(arn), ownerId);
  return (await profiles.adoptStage(ownerId, { arn, name, createdAt, attemptId }, now())) ? 'adopted' : 'left';
}

async function deleteOrphan(
  { ivs, stageOwners, deadline }: RemovalNeeds,
  paces: IvsPaces,
  { arn }: IvsStage,
): Promise<OrphanResult> {
  // The stage last: while it exists, the next sweep finds what is left of it.
  await stageOwners.delete(stageIdOf(arn));
  await paces.deleteStage.run(() => ivs.deleteStage(arn, deadline(IVS_CALL_DEADLINE_MS)));
  return 'deleted';
}
