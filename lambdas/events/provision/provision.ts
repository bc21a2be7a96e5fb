import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { Pace } from '../../stages/pace.ts';
import type { ProvisioningMessage, Services } from '../../stages/ports.ts';
import { type ProvisionNeeds, provisionQueuedStage } from '../../stages/provision-queued-stage.ts';
import { STAGES_PER_SECOND } from '../../stages/provisioning-backlog.ts';

/** What one message may take beyond its own deadlines: reads, writes and the answer to SQS. */
const RESERVE_MS = 20_000;
const COME_BACK_SECONDS = 5;

/**
 * Makes the stages of queued users one after the other. The order among users means nothing: only what failed, or what
 * there was no time for, goes back (docs/adr/0005-failed-messages-come-back-soon.md).
 */
export function provision(services: ProvisionNeeds & Pick<Services, 'provisioningQueue'>) {
  const pace = new Pace(services, STAGES_PER_SECOND);
  const provisionStage = provisionQueuedStage(services, pace);
  return async (
    { Records }: SQSEvent,
    { getRemainingTimeInMillis }: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<SQSBatchResponse> => {
    const { now, log } = services;
    const stopAt = new Date(now().getTime() + getRemainingTimeInMillis() - RESERVE_MS);
    const unfinished: SQSRecord[] = [];
    for (const record of Records) {
      try {
        await provisionStage(JSON.parse(record.body) as ProvisioningMessage, stopAt);
      } catch (cause) {
        log.error('a queued stage could not be made', { messageId: record.messageId, cause });
        unfinished.push(record);
      }
    }
    return putBack(services, unfinished);
  };
}

/** Until they are visible again SQS holds back the whole group: six minutes for all other users. */
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
