import type { UserId } from '../../../contract/stages.ts';
import { stageIdOf } from '../stage-tags.ts';
import { listNamedStages, listRegion, type NamedStages, type Region } from './list-region.ts';
import { findStage, type IvsPaces, type RemovalNeeds } from './remove-user-stage.ts';
import { type OrphanCounts, type SweepRequest, settleOrphans } from './settle-orphans.ts';

export interface SweepReport {
  readonly region: { readonly stages: number | null };
  readonly stages: number;
  readonly orphans: OrphanCounts;
  readonly forgotten: number;
  readonly forgetFailed: number;
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
  oldestIdleHour: null,
  complete: false,
};

/** Compares the stages in IVS with the profiles, both ways. */
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
  return {
    region: { stages: region.stages },
    stages: region.own.size,
    orphans,
    oldestIdleHour,
    ...(complete ? await forgetMissing(services, paces, request, region, named) : NOTHING_FORGOTTEN),
  };
}

type Forgetting = Pick<SweepReport, 'forgotten' | 'forgetFailed' | 'complete'>;

const NOTHING_FORGOTTEN: Forgetting = { forgotten: 0, forgetFailed: 0, complete: false };

async function forgetMissing(
  services: RemovalNeeds,
  paces: IvsPaces,
  request: SweepRequest,
  { own }: Region,
  { owners }: NamedStages,
): Promise<Forgetting> {
  let [forgotten, forgetFailed] = [0, 0];
  for (const [arn, userId] of owners) {
    if (own.has(arn)) continue;
    if (services.now() >= request.stopAt) return { forgotten, forgetFailed, complete: false };
    const result = await forgetIfGone(services, paces, request, userId, arn);
    if (result === 'forgotten') forgotten++;
    if (result === 'failed') forgetFailed++;
  }
  return { forgotten, forgetFailed, complete: true };
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
    await stageOwners.delete(stageIdOf(arn));
    await profiles.clearStage(userId, arn, true);
    return 'forgotten';
  } catch (cause) {
    log.error('a missing stage could not be forgotten', { userId, stageArn: arn, cause });
    return 'failed';
  }
}
