import type { UserId } from '../../../contract/stages.ts';
import type { IvsIngest, Services } from '../ports.ts';
import type { StageRecord } from '../profile.ts';
import { deleteIngest } from './delete-ingest.ts';
import { ownOrigin } from './own-origin.ts';

interface Place {
  readonly userId: UserId;
  readonly stage: StageRecord;
  readonly signal: AbortSignal;
}

/**
 * Deletes what an attempt left on a stage that ended without naming an ingest: whether IVS had made one was not known. To
 * be called by the holder of the slot, which names none.
 */
export async function deleteAbandonedIngests(
  services: Pick<Services, 'ingests' | 'settings'>,
  { userId, stage, signal }: Place,
): Promise<void> {
  for (const ingest of await listAll(services, stage.arn, signal)) {
    if ((await ownOrigin(services, ingest, signal))?.ownerId === userId) {
      await deleteIngest(services, ingest.arn, signal);
    }
  }
}

async function listAll({ ingests }: Pick<Services, 'ingests'>, stageArn: string, signal: AbortSignal) {
  const found: IvsIngest[] = [];
  let cursor: string | undefined;
  do {
    const page = await ingests.list(stageArn, cursor, signal);
    found.push(...page.ingests);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}
