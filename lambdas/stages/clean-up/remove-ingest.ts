import type { UserId } from '../../../contract/stages.ts';
import { deleteIngest } from '../ingest/delete-ingest.ts';
import type { Pace } from '../pace.ts';
import type { Services } from '../ports.ts';

const DELETE_DEADLINE_MS = 4_000;

/** Deletes the ingest of a stage that is gone. The slot last: while it names the ingest, the next run goes on from it. */
export async function removeIngestOf(
  services: Pick<Services, 'ingestSlots' | 'ingests' | 'deadline'>,
  paces: { readonly deleteIngest: Pace },
  userId: UserId,
  stageArn: string,
): Promise<void> {
  const { ingestSlots, deadline } = services;
  const { attemptId, ingest } = (await ingestSlots.get(userId)) ?? {};
  if (attemptId === undefined || ingest?.stageArn !== stageArn) return;
  await paces.deleteIngest.run(() => deleteIngest(services, ingest.arn, deadline(DELETE_DEADLINE_MS)));
  await ingestSlots.free(userId, attemptId);
}
