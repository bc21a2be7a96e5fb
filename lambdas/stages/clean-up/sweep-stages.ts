import type { UserId } from '../../../contract/stages.ts';
import { stageIdOf } from '../stage-tags.ts';
import { type BrokenOffRemoval, listNamedStages, listRegion, type NamedStages, type Region } from './list-region.ts';
import { removeIngestOf } from './remove-ingest.ts';
import { findStage, type IvsPaces, type RemovalNeeds } from './remove-user-stage.ts';
import { type OrphanCounts, type SweepRequest, settleOrphans } from './settle-orphans.ts';
import { type IngestCounts, NO_INGESTS, sweepIngests } from './sweep-ingests.ts';

export interface SweepReport {
  readonly region: { readonly stages: number | null };
  readonly stages: number;
  readonly orphans: OrphanCounts;
  readonly forgotten: number;
  readonly forgetFailed: number;
  readonly ingests: IngestCounts;
  readonly oldestIdleHour: string | null;
  readonly complete: boolean;
}

/** A run whose time was over before the sweep. */
export const NOTHING_SWEPT: SweepReport = {
  region: { stages: null },
  stages: 0,
  orphans: {},
  forgotten: 0,
  forgetFailed: 0,
  ingests: NO_INGESTS,
  oldestIdleHour: null,
  complete: false,
};

/** Compares the stages in IVS with the profiles, both ways, and the ingests with their slots. */
export async function sweepStages(
  services: RemovalNeeds,
  paces: IvsPaces,
  request: SweepRequest,
): Promise<SweepReport> {
  const named = await listNamedStages(services);
  const { oldestIdleHour } = named;
  const region = await listRegion(services, paces, request);
  if (!region) return { ...NOTHING_SWEPT, oldestIdleHour };
  const { orphans, complete } = await settleOrphans(services, paces, request, region, named);
  const swept = {
    ...NOTHING_SWEPT,
    region: { stages: region.stages },
    stages: region.own.size,
    orphans,
    oldestIdleHour,
  };
  if (!complete) return swept;
  const forgetting = await forgetMissing(services, paces, request, region, named);
  if (!forgetting.complete) return { ...swept, ...forgetting };
  return { ...swept, ...forgetting, ...(await sweepIngests(services, paces, request, named)) };
}

type Forgetting = Pick<SweepReport, 'forgotten' | 'forgetFailed' | 'complete'>;

async function forgetMissing(
  services: RemovalNeeds,
  paces: IvsPaces,
  request: SweepRequest,
  { own }: Region,
  { owners, brokenOff }: NamedStages,
): Promise<Forgetting> {
  let [forgotten, forgetFailed] = [0, 0];
  for (const [arn, userId] of owners) {
    if (own.has(arn)) continue;
    if (services.now() >= request.stopAt) return { forgotten, forgetFailed, complete: false };
    const result = await forgetIfGone(services, paces, request, userId, arn);
    if (result === 'forgotten') forgotten++;
    if (result === 'failed') forgetFailed++;
  }
  for (const removal of brokenOff.filter(({ arn }) => own.has(arn))) {
    if (services.now() >= request.stopAt) return { forgotten, forgetFailed, complete: false };
    if (!(await reopen(services, paces, request, removal))) forgetFailed++;
  }
  return { forgotten, forgetFailed, complete: true };
}

/** Ends a removal that broke off before its stage was deleted. One that was deleted after all, the next run forgets. */
async function reopen(
  services: RemovalNeeds,
  paces: IvsPaces,
  { dryRun }: SweepRequest,
  { userId, arn, attemptId }: BrokenOffRemoval,
): Promise<boolean> {
  const { profiles, log } = services;
  try {
    const found = await findStage(services, paces, arn);
    if (found !== undefined && !dryRun) await profiles.releaseLease(userId, attemptId);
    return true;
  } catch (cause) {
    log.error('a removal that broke off could not be settled', { userId, stageArn: arn, cause });
    return false;
  }
}

/** The list may be out of date: GetStage decides. */
async function forgetIfGone(
  services: RemovalNeeds,
  paces: IvsPaces,
  { dryRun }: SweepRequest,
  userId: UserId,
  arn: string,
): Promise<'forgotten' | 'kept' | 'failed'> {
  const { profiles, stageOwners, log } = services;
  try {
    if ((await findStage(services, paces, arn)) !== undefined) return 'kept';
    if (dryRun) return 'forgotten';
    await removeIngestOf(services, paces, userId, arn);
    await stageOwners.delete(stageIdOf(arn));
    await profiles.clearStage(userId, arn, true);
    return 'forgotten';
  } catch (cause) {
    log.error('a missing stage could not be forgotten', { userId, stageArn: arn, cause });
    return 'failed';
  }
}
