import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { CallIvs } from '../../stages/moderation/call-ivs.ts';
import { type CheckRightsNeeds, checkRights } from '../../stages/moderation/check-rights.ts';
import type { RightsCheck, Services } from '../../stages/ports.ts';

/** For the participant who is being looked at, and the message with which the rest goes on. */
const RESERVE_MS = 12_000;

/** Looks at the rights of those who are on a stage. A check that failed goes back to the queue. */
export const runRightsChecks =
  (services: CheckRightsNeeds & Pick<Services, 'metrics' | 'log'>, callIvs: CallIvs) =>
  async (
    { Records }: SQSEvent,
    { getRemainingTimeInMillis }: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<SQSBatchResponse> => {
    const stopAt = new Date(services.now().getTime() + getRemainingTimeInMillis() - RESERVE_MS);
    const failed: SQSRecord[] = [];
    for (const record of Records) {
      const isDone = await runCheck(services, callIvs, record, stopAt);
      if (!isDone) failed.push(record);
    }
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };

async function runCheck(
  services: CheckRightsNeeds & Pick<Services, 'metrics' | 'log'>,
  callIvs: CallIvs,
  { messageId, body }: SQSRecord,
  stopAt: Date,
): Promise<boolean> {
  const { metrics, log } = services;
  try {
    const { rightsCheck } = JSON.parse(body) as { readonly rightsCheck: RightsCheck };
    const report = await checkRights(services, callIvs)(rightsCheck, stopAt);
    log.info('rights check', { ownerId: rightsCheck.ownerId, ...report });
    metrics.record({ ParticipantsPutOut: report['put-out'], ParticipantsUnknown: report['unknown-user'] });
    return true;
  } catch (cause) {
    log.error('a rights check failed', { messageId, cause });
    return false;
  }
}
