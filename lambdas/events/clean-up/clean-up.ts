import type { Context } from 'aws-lambda';
import type { CleanUpOutcome } from '../../stages/clean-up/clean-up-report.ts';
import { makeRoom } from '../../stages/clean-up/make-room.ts';
import { type CleanUpNeeds, removeStaleStages } from '../../stages/clean-up/remove-stale-stages.ts';
import { type KeyRetirement, type RetirementNeeds, retirePublicKeys } from '../../stages/keys/retire-public-keys.ts';

/** From the schedule, from the queue of requests for room, or by hand with `aws lambda invoke`. */
export interface CleanUpEvent {
  /** ISO; staleness is measured at this time. @default now */
  readonly time?: string;
  /** Reports what a run would do, and changes nothing. @default false */
  readonly dryRun?: boolean;
  /** How many users, gone from the user pool, a run may forget; more, and none is. @default 20 */
  readonly forgetAtMost?: number;
  /** What SQS sends; whatever is in it, even nothing, asks to make room. */
  readonly Records?: readonly RoomRequest[];
}

/** Of a scheduled run also what became of old signing keys. */
export type CleanUpAnswer = CleanUpOutcome & { readonly signingKeys?: KeyRetirement };

interface RoomRequest {
  readonly attributes?: { readonly SentTimestamp?: string };
}

/** Left for the call that is under way and for giving back the run's lease. */
const RESERVE_MS = 30_000;

export const cleanUp =
  (services: CleanUpNeeds & RetirementNeeds) =>
  async (
    { time, dryRun = false, forgetAtMost, Records }: CleanUpEvent,
    { getRemainingTimeInMillis }: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<CleanUpAnswer> => {
    const now = services.now();
    const asOf = time === undefined ? now : new Date(time);
    if (Number.isNaN(asOf.getTime())) throw new Error(`time must be an ISO 8601 time, got ${JSON.stringify(time)}`);
    const stopAt = new Date(now.getTime() + getRemainingTimeInMillis() - RESERVE_MS);
    const run = Records === undefined ? removeStaleStages(services) : makeRoom(services);
    const sentAt = Records?.[0]?.attributes?.SentTimestamp;
    const outcome = await run({
      asOf,
      stopAt,
      dryRun,
      ...(forgetAtMost !== undefined && { forgetAtMost }),
      ...(sentAt !== undefined && { roomAskedAt: new Date(Number(sentAt)) }),
    });
    // The next schedule comes anyway; a request for room has to come back.
    if (Records !== undefined && 'skipped' in outcome) throw new Error(outcome.skipped);
    const retires = Records === undefined && !('skipped' in outcome);
    const answer = retires ? { ...outcome, signingKeys: await retirePublicKeys(services)(dryRun) } : outcome;
    services.log.info('clean-up', { ...answer });
    return answer;
  };
