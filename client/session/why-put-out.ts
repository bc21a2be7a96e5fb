import type { Capability, UserId } from '../../contract/stages.ts';
import { runWithin } from '../api/run-within.ts';
import type { Clock, StagedoorApi } from '../api/stagedoor-api.ts';
import { reasonOf, stepAfter } from './decide-after-failure.ts';
import type { FailureReason } from './stage-session.ts';

const ASK_FOR_MS = 8000;
const ONE_TRY_MS = 4000;
const BETWEEN_TRIES_MS = 1000;

export interface WhyPutOutOptions {
  readonly api: StagedoorApi;
  readonly ownerId: UserId;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The stage tells only that somebody was put out. Unless the server knows better, it was a kick. */
export async function whyPutOut(had: readonly Capability[], options: WhyPutOutOptions): Promise<FailureReason> {
  const { api, ownerId, clock, signal } = options;
  for (const endMs = clock.now() + ASK_FOR_MS; ; ) {
    try {
      const limits = { clock, timeoutMs: ONE_TRY_MS, signal };
      const stage = await runWithin(limits, (trySignal) => api.getStage(ownerId, { signal: trySignal }));
      if (stage.role === null) return 'banned';
      const hasLost = had.some((capability) => !stage.capabilities.includes(capability));
      return hasLost ? 'rights-ended' : 'kicked';
    } catch (error) {
      signal.throwIfAborted();
      if (stepAfter(error) === null) return reasonOf(error) === 'internal' ? 'kicked' : reasonOf(error);
      if (clock.now() >= endMs) return 'kicked';
      await clock.delay(BETWEEN_TRIES_MS, signal);
    }
  }
}
