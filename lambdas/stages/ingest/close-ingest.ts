import type { UserId } from '../../../contract/stages.ts';
import { NotFoundError } from '../errors.ts';
import { throwPassing } from '../passing-trouble.ts';
import type { Services } from '../ports.ts';
import { deleteIngest } from './delete-ingest.ts';
import { ingestIdOf } from './ingest-view.ts';

export type CloseIngestNeeds = Pick<Services, 'ingestSlots' | 'ingests' | 'deadline'>;

const IVS_DEADLINE_MS = 5_000;

/** Deletes the ingest of a user's stage, which ends its broadcast and makes its stream key worthless. */
export const closeIngest =
  (services: CloseIngestNeeds) =>
  async (userId: UserId, ingestId: string): Promise<void> => {
    const { ingestSlots, deadline } = services;
    const { attemptId, ingest } = (await ingestSlots.get(userId)) ?? {};
    if (attemptId === undefined || !ingest || ingestIdOf(ingest.arn) !== ingestId) {
      throw new NotFoundError('your stage has no such ingest');
    }
    await deleteIngest(services, ingest.arn, deadline(IVS_DEADLINE_MS)).catch(throwPassing);
    // Last: while the slot names it, the next call goes on where this one broke off.
    await ingestSlots.free(userId, attemptId);
  };
