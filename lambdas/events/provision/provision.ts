import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { Pace } from '../../stages/pace.ts';
import type { ProvisioningMessage, Services } from '../../stages/ports.ts';
import {
  OutOfTimeError,
  type ProvisionNeeds,
  provisionQueuedStage,
} from '../../stages/provisioning/provision-queued-stage.ts';
import { STAGES_PER_SECOND } from '../../stages/provisioning/provisioning-backlog.ts';

type Needs = ProvisionNeeds & Pick<Services, 'provisioningQueue'>;

/** What one message may take beyond its own deadlines: reads, writes and the answer to SQS. */
const RESERVE_MS = 20_000;
/** Long enough that this batch has been answered before the next one begins. */
const SOON_SECONDS = 1;
const FIRST_PAUSE_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 30;

/**
 * Makes the stages of queued users one after the other. The order among users means nothing: only what failed, or what
 * there was no time for, goes back (docs/adr/0005-failed-messages-come-back-soon.md).
 */
export function provision(services: Needs) {
  const pace = new Pace(services, STAGES_PER_SECOND);
  const provisionStage = provisionQueuedStage(services, pace);
  return async (
    { Records }: SQSEvent,
    { getRemainingTimeInMillis }: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<SQSBatchResponse> => {
    const stopAt = new Date(services.now().getTime() + getRemainingTimeInMillis() - RESERVE_MS);
    const unfinished: SQSRecord[] = [];
    for (const record of Records) {
      try {
        await provisionStage(JSON.parse(record.body) as ProvisioningMessage, stopAt);
      } catch (cause) {
        report(services, record, cause);
        unfinished.push(record);
      }
    }
    return putBack(services, unfinished, unfinished.length < Records.length);
  };
}

function report({ log }: Needs, { messageId }: SQSRecord, cause: unknown): void {
  if (cause instanceof OutOfTimeError) log.warn('there was no time for a queued stage', { messageId, cause });
  else log.error('a queued stage could not be made', { messageId, cause });
}

/** Until they are visible again SQS holds back the whole group: six minutes for all other users. */
async function putBack(
  { provisioningQueue, log }: Needs,
  records: readonly SQSRecord[],
  othersSucceeded: boolean,
): Promise<SQSBatchResponse> {
  const results = await Promise.allSettled(
    records.map((record) =>
      provisioningQueue.comeBackAfter(record.receiptHandle, othersSucceeded ? SOON_SECONDS : pauseSeconds(record)),
    ),
  );
  for (const result of results) {
    if (result.status === 'rejected') log.warn('a message comes back late', { cause: result.reason });
  }
  return { batchItemFailures: records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** Nothing of the batch succeeded, so the trouble is not one user's: the longer it lasts, the less often it is tried. */
function pauseSeconds({ attributes }: SQSRecord): number {
  const earlierReceives = Number(attributes.ApproximateReceiveCount) - 1;
  return Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** earlierReceives);
}
