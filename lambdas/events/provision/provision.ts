import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { Pace } from '../../stages/pace.ts';
import type { ProvisioningMessage, Services } from '../../stages/ports.ts';
import { type ProvisionNeeds, provisionQueuedStage } from '../../stages/provision-queued-stage.ts';
import { STAGES_PER_SECOND } from '../../stages/provisioning-backlog.ts';

/** What one attempt may take (10 s) and the answer to SQS. */
const RESERVE_MS = 12_000;
const COME_BACK_SECONDS = 5;

/**
 * Makes the stages of queued users one after the other. After a failure the rest of the batch goes back with it: a FIFO
 * group may not be overtaken.
 */
export function provision(services: ProvisionNeeds & Pick<Services, 'provisioningQueue'>) {
  const pace = new Pace(services, STAGES_PER_SECOND);
  const provisionStage = provisionQueuedStage(services, pace);
  return async (
    { Records }: SQSEvent,
    { getRemainingTimeInMillis }: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<SQSBatchResponse> => {
    const stopAt = new Date(services.now().getTime() + getRemainingTimeInMillis() - RESERVE_MS);
    for (const [index, record] of Records.entries()) {
      try {
        await provisionStage(JSON.parse(record.body) as ProvisioningMessage, stopAt);
      } catch (cause) {
        services.log.error('a queued stage could not be made', { messageId: record.messageId, cause });
        return await putBack(services, Records.slice(index));
      }
    }
    return { batchItemFailures: [] };
  };
}

/** Until every message of the batch is visible again SQS holds back the whole group: six minutes for all other users. */
async function putBack(
  { provisioningQueue, log }: Pick<Services, 'provisioningQueue' | 'log'>,
  records: readonly SQSRecord[],
): Promise<SQSBatchResponse> {
  const results = await Promise.allSettled(
    records.map(({ receiptHandle }) => provisioningQueue.comeBackAfter(receiptHandle, COME_BACK_SECONDS)),
  );
  for (const result of results) {
    if (result.status === 'rejected') log.warn('a message comes back late', { cause: result.reason });
  }
  return { batchItemFailures: records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}
