import type { Clock } from '../api/stagedoor-api.ts';
import { reconnectDelayMs } from './reconnect-delays.ts';

/** What ends sooner was no success: the next try waits as long as if there had been none. */
const STEADY_MS = 10_000;

export interface BackOffOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly onOnline: (listener: () => void) => () => void;
  /** Of the session. */
  readonly signal: AbortSignal;
}

/** Waits before another try, longer and longer while connections do not last. */
export class BackOff {
  readonly #options: BackOffOptions;
  #failures = 0;
  #liveFromMs = Number.POSITIVE_INFINITY;

  constructor(options: BackOffOptions) {
    this.#options = options;
  }

  onLive(): void {
    this.#liveFromMs = this.#options.clock.now();
  }

  /** Ended by the network's return, unless it was the API that asked to wait. @throws the signal's reason */
  async wait(askedMs: number, longestMs: number): Promise<void> {
    const { clock, random, onOnline, signal } = this.#options;
    signal.throwIfAborted();
    if (clock.now() - this.#liveFromMs >= STEADY_MS) this.#failures = 0;
    this.#liveFromMs = Number.POSITIVE_INFINITY;
    this.#failures += 1;
    const delayMs = Math.min(longestMs, Math.max(askedMs, reconnectDelayMs(this.#failures, random)));
    const awake = new AbortController();
    const wake = () => awake.abort();
    const stopOnline = askedMs > 0 ? () => {} : onOnline(wake);
    signal.addEventListener('abort', wake);
    // It rejects when it is woken only.
    await clock.delay(delayMs, awake.signal).catch(() => {});
    signal.removeEventListener('abort', wake);
    stopOnline();
    signal.throwIfAborted();
  }
}
