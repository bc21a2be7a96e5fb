import type { IdleProfile } from '../ports.ts';
import type { CleanUpRequest } from './clean-up-run.ts';
import {
  findStage,
  type IvsPaces,
  type Removal,
  type RemovalNeeds,
  reasonToKeep,
  removeUserStage,
  type StagedIdleProfile,
} from './remove-user-stage.ts';

/**
 * Removes the stage of one idle profile, or tells what a run would do. One profile's trouble must not keep the others from
 * being cleaned up: its lease ends by itself and the next run looks again.
 */
export async function settleIdleStage(
  services: RemovalNeeds,
  paces: IvsPaces,
  { dryRun }: CleanUpRequest,
  idle: StagedIdleProfile,
  staysIdle: boolean,
): Promise<Removal | 'failed'> {
  const { settings, log } = services;
  try {
    if (!dryRun) return await removeUserStage(services, paces)(idle, { staysIdle });
    const found = await findStage(services, paces, idle.stageArn);
    return found ? (reasonToKeep(found, settings.deployment) ?? 'removed') : 'gone';
  } catch (cause) {
    log.error('a stale stage could not be removed', { userId: idle.userId, stageArn: idle.stageArn, cause });
    return 'failed';
  }
}

export const hasStage = (idle: IdleProfile): idle is StagedIdleProfile => idle.stageArn !== undefined;
