import type { Clock } from '../../../client/api/stagedoor-api.ts';

interface Delay {
  atMs: number;
  readonly resolve: () => void;
}

/** Time that passes only when a test lets it, and that knows who waits for it. */
export class VirtualClock implements Clock {
  #nowMs = Date.parse('2026-01-01T00:00:00.000Z');
  readonly #delays = new Set<Delay>();

  readonly now = (): number => this.#nowMs;

  readonly delay = (delayMs: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        this.#delays.delete(delay);
        reject(signal?.reason);
      };
      const delay: Delay = {
        atMs: this.#nowMs + delayMs,
        resolve: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      this.#delays.add(delay);
      signal?.addEventListener('abort', onAbort, { once: true });
    });

  get waiting(): number {
    return this.#delays.size;
  }

  /** As a machine that sleeps does it: timers go on after it, or were due meanwhile; browsers differ. */
  sleep(durationMs: number, timers: 'go-on' | 'were-due' = 'go-on'): void {
    this.#nowMs += durationMs;
    if (timers === 'go-on') for (const delay of this.#delays) delay.atMs += durationMs;
  }

  /** Lets each delay that ends meanwhile have its effects at its own time. */
  async pass(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs;
    for (await settle(); ; await settle()) {
      const next = [...this.#delays].sort((one, other) => one.atMs - other.atMs)[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      this.#delays.delete(next);
      next.resolve();
    }
    this.#nowMs = untilMs;
  }
}

/** After all that needs no time. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
