import type { UserId } from '../../contract/stages.ts';
import type { IvsStage, Services } from './ports.ts';
import { isRunning } from './profile.ts';
import {
  findStage,
  IVS_CALL_DEADLINE_MS,
  type IvsPaces,
  type RemovalNeeds,
  reasonToKeep,
} from './remove-user-stage.ts';
import { originOf, type StageOrigin, stageIdOf } from './stage-tags.ts';

export interface SweepReport {
  /** Stages of this deployment in IVS. */
  readonly stages: number;
  readonly orphans: Readonly<Partial<Record<OrphanResult | 'failed', number>>>;
  /** Profiles that named a stage which IVS does not have. */
  readonly forgotten: number;
  readonly complete: boolean;
}

/** `adopted`: its owner's profile named none. `left`: somebody is provisioning for that user now. */
type OrphanResult = 'deleted' | 'adopted' | 'left' | 'in-session' | 'retained' | 'foreign';

interface SweepRequest {
  readonly stopAt: Date;
  readonly dryRun: boolean;
}

/** Younger ones may be waiting for their commit. */
const LEAST_ORPHAN_AGE_MS = 15 * 60_000;

/** A run whose time was over before the sweep. */
export const NOTHING_SWEPT: SweepReport = { stages: 0, orphans: {}, forgotten: 0, complete: false };

/**
 * Compares the stages in IVS with the profiles, both ways. What the lists say may be out of date, so every change rests on
 * a consistent read of the profile and on GetStage.
 */
export async function sweepStages(
  services: RemovalNeeds,
  paces: IvsPaces,
  request: SweepRequest,
): Promise<SweepReport> {
  const named = await stagesNamedByProfiles(services);
  const listed = await listOwnStages(services, paces, request);
  if (!listed) return NOTHING_SWEPT;
  const { orphans, complete } = await settleOrphans(services, paces, request, listed, named);
  const report = { stages: listed.size, orphans, forgotten: 0, complete };
  return complete ? { ...report, ...(await forgetMissing(services, paces, request, listed, named)) } : report;
}

async function settleOrphans(
  services: RemovalNeeds,
  paces: IvsPaces,
  request: SweepRequest,
  listed: OwnStages,
  named: ReadonlyMap<string, UserId>,
): Promise<Pick<SweepReport, 'orphans' | 'complete'>> {
  const orphans: Partial<Record<OrphanResult | 'failed', number>> = {};
  for (const [arn, { stage, origin }] of listed) {
    if (named.get(arn) === origin.ownerId || !isOldEnough(origin, services.now())) continue;
    if (services.now() >= request.stopAt) return { orphans, complete: false };
    const result = await settleOrphan(services, paces, request, stage, origin);
    if (result) orphans[result] = (orphans[result] ?? 0) + 1;
  }
  return { orphans, complete: true };
}

async function forgetMissing(
  services: RemovalNeeds,
  paces: IvsPaces,
  request: SweepRequest,
  listed: OwnStages,
  named: ReadonlyMap<string, UserId>,
): Promise<Pick<SweepReport, 'forgotten' | 'complete'>> {
  let forgotten = 0;
  for (const [arn, userId] of named) {
    if (listed.has(arn)) continue;
    if (services.now() >= request.stopAt) return { forgotten, complete: false };
    if (await forgetIfGone(services, paces, request, userId, arn)) forgotten++;
  }
  return { forgotten, complete: true };
}

async function stagesNamedByProfiles({ profiles }: Pick<Services, 'profiles'>): Promise<Map<string, UserId>> {
  const named = new Map<string, UserId>();
  for await (const { userId, stageArn } of profiles.listIdle()) if (stageArn) named.set(stageArn, userId);
  return named;
}

type OwnStages = ReadonlyMap<string, { readonly stage: IvsStage; readonly origin: StageOrigin }>;

/** Undefined: time ran out. Half a list would make orphans of the other half. */
async function listOwnStages(
  { ivs, settings, now, deadline }: RemovalNeeds,
  paces: IvsPaces,
  { stopAt }: SweepRequest,
): Promise<OwnStages | undefined> {
  const own = new Map<string, { stage: IvsStage; origin: StageOrigin }>();
  let cursor: string | undefined;
  do {
    if (now() >= stopAt) return undefined;
    const from = cursor;
    const page = await paces.listStages.run(() => ivs.listStages(from, deadline(IVS_CALL_DEADLINE_MS)));
    for (const stage of page.stages) {
      const origin = originOf(stage.tags);
      if (origin?.deployment === settings.deployment) own.set(stage.arn, { stage, origin });
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return own;
}

const isOldEnough = ({ createdAt }: StageOrigin, now: Date): boolean =>
  now.getTime() - Date.parse(createdAt) >= LEAST_ORPHAN_AGE_MS;

async function settleOrphan(
  services: RemovalNeeds,
  paces: IvsPaces,
  { dryRun }: SweepRequest,
  stage: IvsStage,
  origin: StageOrigin,
): Promise<OrphanResult | 'failed' | undefined> {
  const { profiles, log, now } = services;
  const { ownerId } = origin;
  try {
    const profile = await profiles.get(ownerId);
    if (profile?.stage?.arn === stage.arn) return undefined;
    if (profile && !profile.stage) {
      // Adopting would be refused anyway; this keeps dry runs true.
      if (isRunning(profile.lease, now())) return 'left';
      return dryRun ? 'adopted' : await adopt(services, stage, origin);
    }
    const found = await findStage(services, paces, stage.arn);
    if (!found) return undefined;
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

async function forgetIfGone(
  services: RemovalNeeds,
  paces: IvsPaces,
  { dryRun }: SweepRequest,
  userId: UserId,
  arn: string,
): Promise<boolean> {
  const { profiles, stageOwners, log } = services;
  try {
    if ((await findStage(services, paces, arn)) !== undefined) return false;
    if (dryRun) return true;
    await stageOwners.delete(stageIdOf(arn));
    await profiles.clearStage(userId, arn);
    return true;
  } catch (cause) {
    log.error('a missing stage could not be forgotten', { userId, stageArn: arn, cause });
    return false;
  }
}
