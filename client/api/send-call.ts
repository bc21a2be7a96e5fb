import { ApiError } from './api-errors.ts';
import type { Answer } from './read-answer.ts';
import { type Call, tryCall, type Wire } from './try-call.ts';

const MOST_TRIES = 3;
const FIRST_BACKOFF_MS = 500;
/** A longer wait is the caller's to decide. */
const LONGEST_WAIT_MS = 10_000;

export interface RepeatableCall extends Call {
  /** `always`: a second time does no harm, whatever became of the first. `refused`: only when nothing came of the first. */
  readonly repeat: 'always' | 'refused';
}

export interface Sender extends Wire {
  readonly random: () => number;
}

/** Sends a call, and again where that is safe and may help. @throws ApiError; the signal's reason */
export async function sendCall(sender: Sender, call: RepeatableCall, signal?: AbortSignal): Promise<Answer> {
  let refresh = false;
  let hasRefreshed = false;
  let mayBeDone = false;
  for (let tries = 1; ; tries += 1) {
    try {
      return await tryCall(sender, call, { refresh, signal });
    } catch (error) {
      if (!(error instanceof ApiError) || signal?.aborted) throw error;
      if (mayBeDone && call.method === 'DELETE' && error.code === 'NOT_FOUND') return NOTHING;
      const isStale: boolean = error.status === 401 && !hasRefreshed;
      const delayMs = isStale ? 0 : delayBeforeRepeat(error, call, backoffMs(tries, sender.random()));
      if (delayMs === null || tries === MOST_TRIES) throw error;
      refresh = isStale;
      hasRefreshed ||= isStale;
      mayBeDone ||= error.status === 0 || error.status >= 500;
      if (delayMs > 0) await sender.clock.delay(delayMs, signal);
    }
  }
}

const NOTHING: Answer = { body: undefined, retryAfterMs: undefined };

/** 0.25 to 0.5 s, then 0.5 to 1 s. */
const backoffMs = (tries: number, random: number): number => FIRST_BACKOFF_MS * 2 ** (tries - 1) * (0.5 + random / 2);

/** Null: do not repeat it. */
function delayBeforeRepeat(error: ApiError, call: RepeatableCall, backoff: number): number | null {
  const mayHelp = error.code === 'UNREACHABLE' || error.code === 'RATE_LIMITED' || error.code === 'UPSTREAM_THROTTLED';
  if (!mayHelp || (call.repeat === 'refused' && !isRefusal(error))) return null;
  const delayMs = error.retryAfterMs ?? backoff;
  return delayMs > LONGEST_WAIT_MS ? null : delayMs;
}

/** The gateway's own 503 may come after the function has begun, Stagedoor's (with a request id) says that it will not. */
const isRefusal = (error: ApiError): boolean =>
  error.status === 429 || (error.status === 503 && error.requestId !== undefined);
