import { deleteIngest } from '../ingest/delete-ingest.ts';
import { ingestNameOf } from '../ingest/ingest-view.ts';
import { ownOrigin } from '../ingest/own-origin.ts';
import type { IngestSlot, IvsIngest } from '../ports.ts';
import type { NamedStages } from './list-region.ts';
import { IVS_CALL_DEADLINE_MS, type IvsPaces, type RemovalNeeds } from './remove-user-stage.ts';
import { isOldEnough, type SweepRequest } from './settle-orphans.ts';

export interface IngestCounts {
  /** Deleted, because the slot of their owner's stage does not name them. */
  readonly dangling: number;
  readonly failed: number;
}

export const NO_INGESTS: IngestCounts = { dangling: 0, failed: 0 };

/** Deletes the ingests of this deployment that no present stage has. */
export async function sweepIngests(
  services: RemovalNeeds,
  paces: IvsPaces,
  request: SweepRequest,
  named: NamedStages,
): Promise<{ readonly ingests: IngestCounts; readonly complete: boolean }> {
  let [dangling, failed] = [0, 0];
  for (const ingest of await listIngests(services, paces)) {
    if (services.now() >= request.stopAt) return { ingests: { dangling, failed }, complete: false };
    const result = await settleIngest(services, paces, request, named, ingest);
    if (result === 'dangling') dangling++;
    if (result === 'failed') failed++;
  }
  return { ingests: { dangling, failed }, complete: true };
}

/** Those that may be ours by their names; also of other deployments. */
async function listIngests({ ingests, deadline }: RemovalNeeds, paces: IvsPaces): Promise<readonly IvsIngest[]> {
  const found: IvsIngest[] = [];
  let cursor: string | undefined;
  do {
    const from = cursor;
    const page = await paces.listIngests.run(() => ingests.list(undefined, from, deadline(IVS_CALL_DEADLINE_MS)));
    found.push(...page.ingests.filter(({ name, userId }) => name === ingestNameOf(userId)));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

async function settleIngest(
  services: RemovalNeeds,
  paces: IvsPaces,
  { dryRun }: SweepRequest,
  named: NamedStages,
  ingest: IvsIngest,
): Promise<'dangling' | 'kept' | 'failed'> {
  const { ingestSlots, log, now, deadline } = services;
  const { arn, userId } = ingest;
  try {
    const slot = await ingestSlots.get(userId);
    const isNamed = slot?.ingest?.arn === arn;
    if (isNamed && (await isOfPresentStage(services, named, userId, slot))) return 'kept';
    const origin = await paces.listTags.run(() => ownOrigin(services, ingest, deadline(IVS_CALL_DEADLINE_MS)));
    if (!origin || !isOldEnough(origin, now())) return 'kept';
    if (dryRun) return 'dangling';
    await paces.deleteIngest.run(() => deleteIngest(services, arn, deadline(IVS_CALL_DEADLINE_MS)));
    if (isNamed) await ingestSlots.free(userId, slot.attemptId);
    return 'dangling';
  } catch (cause) {
    log.error('an ingest could not be settled', { userId, ingestArn: arn, cause });
    return 'failed';
  }
}

/** The index may be out of date: a stage that it does not name is looked up in the profile. */
async function isOfPresentStage(
  { profiles }: RemovalNeeds,
  { owners }: NamedStages,
  userId: string,
  { ingest }: IngestSlot,
): Promise<boolean> {
  if (ingest === undefined) return false;
  if (owners.get(ingest.stageArn) === userId) return true;
  return (await profiles.get(userId))?.stage?.arn === ingest.stageArn;
}
