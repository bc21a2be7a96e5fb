import type { Services } from '../ports.ts';

/** How long an attempt may take: calls to IVS end first, so that there is time left to give up properly. */
export interface TimeBudget {
  readonly ivs: AbortSignal;
  readonly total: AbortSignal;
  /** A lease outlives the deadline of its holder, so that nobody takes over while a last write is under way. */
  readonly leaseUntil: number;
}

const LEASE_MARGIN_MS = 2_000;

/** Cognito waits 5 s for a trigger, start of the function included. */
export const SIGN_IN_BUDGET = { ivsMs: 2_200, totalMs: 3_000 };
export const WORKER_BUDGET = { ivsMs: 8_000, totalMs: 10_000 };

export const startBudget = (
  { now, deadline }: Pick<Services, 'now' | 'deadline'>,
  { ivsMs, totalMs }: { readonly ivsMs: number; readonly totalMs: number },
): TimeBudget => ({
  ivs: deadline(ivsMs),
  total: deadline(totalMs),
  leaseUntil: now().getTime() + totalMs + LEASE_MARGIN_MS,
});
