import { isIvsError } from './errors.ts';
import type { Services } from './ports.ts';

const RECOVERY = 1.05;
const RETRIES_WHEN_THROTTLED = 5;

/**
 * Keeps calls of one kind under a rate: takes the next free moment, goes down to two thirds of the rate when IVS throttles,
 * and comes back slowly.
 */
export class Pace {
  readonly #fastestPerSecond: number;
  readonly #slowestPerSecond: number;
  readonly #services: Pick<Services, 'now' | 'sleep'>;
  #perSecond: number;
  #nextAt = 0;

  constructor(services: Pick<Services, 'now' | 'sleep'>, perSecond: number) {
    this.#services = services;
    this.#fastestPerSecond = perSecond;
    this.#slowestPerSecond = (perSecond * 2) / 3;
    this.#perSecond = perSecond;
  }

  /** Waits for the turn of the next call. */
  async turn(): Promise<void> {
    const now = this.#services.now().getTime();
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + 1000 / this.#perSecond;
    if (at > now) await this.#services.sleep(at - now);
  }

  succeeded(): void {
    this.#perSecond = Math.min(this.#fastestPerSecond, this.#perSecond * RECOVERY);
  }

  /** The quota counts whole seconds of everybody in the account: a pause lets the others through. */
  throttled(): void {
    this.#perSecond = this.#slowestPerSecond;
    this.#nextAt = Math.max(this.#nextAt, this.#services.now().getTime() + 1000);
  }

  /** Runs one call in its turn, again when it was throttled. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      await this.turn();
      try {
        const result = await call();
        this.succeeded();
        return result;
      } catch (error) {
        if (!isIvsError(error, 'throttled')) throw error;
        this.throttled();
        if (attempt > RETRIES_WHEN_THROTTLED) throw error;
      }
    }
  }
}
