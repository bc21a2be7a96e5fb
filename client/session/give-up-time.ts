import type { Clock } from '../api/stagedoor-api.ts';

/** Browsers are this late for other reasons only while a page is hidden. */
const SLEPT_FROM_MS = 5000;

/** How much longer to try. It starts anew on waking: while the machine slept nothing was tried, and the network comes after it. */
export class GiveUpTime {
  /** The session's. Whoever waits by it notices that the machine slept meanwhile. */
  readonly clock: Clock;
  readonly #giveUpAfterMs: number;
  #startedAtMs: number;

  constructor(clock: Clock, giveUpAfterMs: number) {
    this.clock = { now: () => clock.now(), delay: (delayMs, signal) => this.#delay(clock, delayMs, signal) };
    this.#giveUpAfterMs = giveUpAfterMs;
    this.#startedAtMs = clock.now();
  }

  get leftMs(): number {
    return Math.max(0, this.#giveUpAfterMs - (this.clock.now() - this.#startedAtMs));
  }

  restart(): void {
    this.#startedAtMs = this.clock.now();
  }

  async #delay(clock: Clock, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    const fromMs = clock.now();
    try {
      await clock.delay(delayMs, signal);
    } finally {
      const passedMs = clock.now() - fromMs;
      // Below 0: the machine's clock was set back.
      if (passedMs < 0 || passedMs > delayMs + SLEPT_FROM_MS) this.restart();
    }
  }
}
