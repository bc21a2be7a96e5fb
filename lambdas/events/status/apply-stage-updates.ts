import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type ApplyNeeds, applyStageUpdate, type StageUpdateOutcome } from '../../stages/live/apply-stage-update.ts';
import type { Services } from '../../stages/ports.ts';
import { readStageUpdate } from './stage-update-event.ts';

type Outcome = StageUpdateOutcome | 'another-kind' | 'failed';

/**
 * Takes in events of IVS. What failed goes back to the queue alone; what nobody can read ends in the dead-letter queue that
 * way.
 */
export const applyStageUpdates =
  (services: ApplyNeeds & Pick<Services, 'metrics' | 'log'>) =>
  async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const { metrics, log } = services;
    const failed: SQSRecord[] = [];
    const outcomes: Partial<Record<Outcome, number>> = {};
    for (const record of Records) {
      const outcome = await applyRecord(services, record);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (outcome === 'failed') failed.push(record);
    }
    log.info('stage updates', outcomes);
    const { applied = 0, replica = 0, 'unknown-stage': unknownStage = 0, 'not-current': notCurrent = 0 } = outcomes;
    metrics.record({ StageUpdatesApplied: applied, StageUpdatesDropped: replica + unknownStage + notCurrent });
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };

async function applyRecord(
  services: ApplyNeeds & Pick<Services, 'log'>,
  { messageId, body }: SQSRecord,
): Promise<Outcome> {
  try {
    const update = readStageUpdate(body);
    return update ? await applyStageUpdate(services)(update) : 'another-kind';
  } catch (cause) {
    services.log.error('a stage update could not be applied', { messageId, cause });
    return 'failed';
  }
}
