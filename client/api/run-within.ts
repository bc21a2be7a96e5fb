import { ApiUnreachableError } from './api-errors.ts';
import type { Clock } from './stagedoor-api.ts';

export interface Limits {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** The caller's. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs until the time is over or the caller gives up, whichever comes first, also if `run` pays no heed to its signal.
 *
 * @throws ApiUnreachableError when the time is over; the reason of the caller's signal
 */
export async function runWithin<T>(limits: Limits, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, timeoutMs, signal } = limits;
  signal?.throwIfAborted();
  const giveUp = new AbortController();
  const finished = new AbortController();
  const stop = () => giveUp.abort(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  const timeout = clock.delay(timeoutMs, finished.signal).then(() => {
    const error = new ApiUnreachableError(`no answer within ${timeoutMs} ms`);
    giveUp.abort(error);
    throw error;
  });
  const aborted = new Promise<never>((_resolve, reject) => {
    giveUp.signal.addEventListener('abort', () => reject(giveUp.signal.reason), { once: true });
  });
  try {
    return await Promise.race([run(giveUp.signal), timeout, aborted]);
  } finally {
    signal?.removeEventListener('abort', stop);
    finished.abort();
  }
}
