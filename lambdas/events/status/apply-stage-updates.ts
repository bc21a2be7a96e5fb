import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type ApplyNeeds, applyStageUpdate, type StageUpdateOutcome } from '../../stages/live/apply-stage-update.ts';
import type { StageUpdate } from '../../stages/live/stage-update.ts';
import type { CallIvs } from '../../stages/moderation/call-ivs.ts';
import { type CheckPublisherNeeds, checkPublisher } from '../../stages/moderation/check-publisher.ts';
import type { Services } from '../../stages/ports.ts';
import { readStageUpdate } from './stage-update-event.ts';

export type ApplyUpdatesNeeds = ApplyNeeds & CheckPublisherNeeds & Pick<Services, 'metrics'>;

type Outcome = StageUpdateOutcome | 'another-kind' | 'failed';

/**
 * Takes in events of IVS. What failed goes back to the queue alone; what nobody can read ends in the dead-letter queue that
 * way.
 */
export const applyStageUpdates =
  (services: ApplyUpdatesNeeds, callIvs: CallIvs) =>
  async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const { metrics, log } = services;
    const failed: SQSRecord[] = [];
    const outcomes: Partial<Record<Outcome, number>> = {};
    for (const record of Records) {
      const outcome = await applyRecord(services, callIvs, record);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (outcome === 'failed') failed.push(record);
    }
    log.info('stage updates', outcomes);
    const { applied = 0, replica = 0, 'unknown-stage': unknownStage = 0, 'not-current': notCurrent = 0 } = outcomes;
    metrics.record({ StageUpdatesApplied: applied, StageUpdatesDropped: replica + unknownStage + notCurrent });
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };

async function applyRecord(
  services: ApplyUpdatesNeeds,
  callIvs: CallIvs,
  { messageId, body }: SQSRecord,
): Promise<Outcome> {
  try {
    const update = readStageUpdate(body);
    if (!update) return 'another-kind';
    const outcome = await applyStageUpdate(services)(update);
    // What is known already is looked at again: the first time may have ended before this.
    if (outcome === 'applied' || outcome === 'unchanged') await checkWhoPublishes(services, callIvs, update);
    return outcome;
  } catch (cause) {
    services.log.error('a stage update could not be applied', { messageId, cause });
    return 'failed';
  }
}

async function checkWhoPublishes(services: ApplyUpdatesNeeds, callIvs: CallIvs, update: StageUpdate): Promise<void> {
  if (update.kind !== 'published') return;
  const outcome = await checkPublisher(services, callIvs)(update);
  if (outcome === 'put-out') services.metrics.record({ ParticipantsPutOut: 1 });
  if (outcome === 'unknown-user') services.metrics.record({ ParticipantsUnknown: 1 });
}
