import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { callAtPace } from '../../stages/moderation/call-ivs.ts';
import type { CheckRightsNeeds } from '../../stages/moderation/check-rights.ts';
import type { Services } from '../../stages/ports.ts';
import { type ApplyUpdatesNeeds, applyStageUpdates } from './apply-stage-updates.ts';
import { runRightsChecks } from './run-rights-checks.ts';

export type StatusNeeds = ApplyUpdatesNeeds & CheckRightsNeeds & Pick<Services, 'sleep' | 'deadline'>;

/** Two rights checks run at once (lib/rights-checks.ts): together they stay below five calls a second of each operation. */
const CALLS_PER_SECOND = 2;

/** Who publishes, and who may be there: each has a queue, and a batch is of one. */
export function status(services: StatusNeeds) {
  const callIvs = callAtPace(services, CALLS_PER_SECOND);
  const [applyUpdates, runChecks] = [applyStageUpdates(services, callIvs), runRightsChecks(services, callIvs)];
  return async (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<SQSBatchResponse> =>
    event.Records.every(({ body }) => body.startsWith('{"rightsCheck":'))
      ? runChecks(event, context)
      : applyUpdates(event);
}
