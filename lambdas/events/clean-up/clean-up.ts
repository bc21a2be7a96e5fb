import type { Context } from 'aws-lambda';
import { type CleanUpNeeds, type CleanUpOutcome, removeStaleStages } from '../../stages/remove-stale-stages.ts';

/** From the schedule, or by hand with `aws lambda invoke`. */
export interface CleanUpEvent {
  /** ISO; staleness is measured at this time. @default now */
  readonly time?: string;
  /** @default false */
  readonly dryRun?: boolean;
}

/** Left for the call that is under way and for giving back the run's lease. */
const RESERVE_MS = 30_000;

export const cleanUp =
  (services: CleanUpNeeds) =>
  async (
    { time, dryRun = false }: CleanUpEvent,
    { getRemainingTimeInMillis }: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<CleanUpOutcome> => {
    const now = services.now();
    const asOf = time === undefined ? now : new Date(time);
    if (Number.isNaN(asOf.getTime())) throw new Error(`time must be an ISO 8601 time, got ${JSON.stringify(time)}`);
    const stopAt = new Date(now.getTime() + getRemainingTimeInMillis() - RESERVE_MS);
    const outcome = await removeStaleStages(services)({ asOf, stopAt, dryRun });
    services.log.info('clean-up', { ...outcome });
    return outcome;
  };
