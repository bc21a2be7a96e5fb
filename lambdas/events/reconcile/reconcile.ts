import type { Context } from 'aws-lambda';
import {
  type ReconcileNeeds,
  type ReconcileOutcome,
  reconcileLiveStatus,
} from '../../stages/live/reconcile-live-status.ts';

/** Left for the owner who is being examined and for giving back the run's lease. */
const RESERVE_MS = 30_000;

export const reconcile =
  (services: ReconcileNeeds) =>
  async (
    _event: unknown,
    { getRemainingTimeInMillis }: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<ReconcileOutcome> => {
    const stopAt = new Date(services.now().getTime() + getRemainingTimeInMillis() - RESERVE_MS);
    const outcome = await reconcileLiveStatus(services)(stopAt);
    services.log.info('reconcile', { ...outcome });
    return outcome;
  };
