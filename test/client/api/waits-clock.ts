import type { Clock } from '../../../client/api/stagedoor-api.ts';

/** Time limits stay open until `expire`; every other wait is over at once, and written down. */
export class WaitsClock implements Clock {
  readonly waits: number[] = [];
  readonly timeoutMs = 12_345;
  readonly #open = new Set<() => void>();
  #nowMs = 0;

  now(): number {
    return this.#nowMs;
  }

  delay(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (delayMs !== this.timeoutMs) {
      this.waits.push(delayMs);
      this.#nowMs += delayMs;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      this.#open.add(resolve);
      const onAbort = () => {
        this.#open.delete(resolve);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  get openLimits(): number {
    return this.#open.size;
  }

  expire(): void {
    for (const resolve of this.#open) resolve();
    this.#open.clear();
  }
}
