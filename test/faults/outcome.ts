import type { CleanUpAnswer } from '../../lambdas/events/clean-up/clean-up.ts';
import type { ReconcileOutcome } from '../../lambdas/stages/live/reconcile-live-status.ts';

/** What a caller sees of an invocation. */
export interface Outcome {
  /** In the table. */
  readonly word: string;
  /** Nobody has to try again. */
  readonly isDone: boolean;
  /** What is wrong with the answer itself. */
  readonly wrong?: string;
}

export const OK: Outcome = { word: 'ok', isDone: true };
/** What whoever calls makes of a process that died or was cut off. */
export const CUT_OFF: Outcome = { word: 'cut off', isDone: false };

interface HttpAnswer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What an API must not answer because something failed behind it. */
const BUGS: readonly number[] = [400, 401, 403];

export function httpOutcome({ status = 0, headers, body }: HttpAnswer): Outcome {
  if (status < 300) return status === 202 ? { ...OK, word: 'queued' } : OK;
  const code = String(body.code);
  const word = status === 500 ? '500' : `${status} ${code}`;
  const needsRetryAfter = status === 503 || status === 429;
  if (needsRetryAfter && !(Number(headers['retry-after']) > 0)) return { word, isDone: false, wrong: 'no Retry-After' };
  if (BUGS.includes(status)) return { word, isDone: false, wrong: 'blames the caller' };
  return { word, isDone: false };
}

export function cleanUpOutcome(answer: CleanUpAnswer): Outcome {
  if ('skipped' in answer) return { word: 'skipped', isDone: false };
  const { stale, idle, orphans, forgetFailed, ingests, users, complete, signingKeys } = answer;
  const failed = [stale.failed, idle.failed, orphans.failed, forgetFailed, ingests.failed, users.failed];
  const isClean = [...failed, signingKeys?.failed].every((count = 0) => count === 0) && complete;
  return isClean ? OK : { word: 'reported', isDone: false };
}

export function reconcileOutcome(outcome: ReconcileOutcome): Outcome {
  if ('skipped' in outcome) return { word: 'skipped', isDone: false };
  return outcome.failed === 0 && outcome.complete ? OK : { word: 'reported', isDone: false };
}
