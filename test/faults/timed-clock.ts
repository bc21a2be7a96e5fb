import { VirtualClock } from '../support/virtual-clock.ts';

/** A virtual clock that knows when its deadlines are over: a call that hangs takes exactly as long as it is given. */
export class TimedClock {
  readonly #clock = new VirtualClock();
  readonly #ends = new WeakMap<AbortSignal, number>();

  readonly now = (): Date => this.#clock.now();

  readonly sleep = async (ms: number): Promise<void> => this.advance(ms);

  readonly deadline = (ms: number): AbortSignal => {
    const signal = this.#clock.deadline(ms);
    this.#ends.set(signal, this.now().getTime() + ms);
    return signal;
  };

  endOf(signal: AbortSignal | undefined): number {
    return (signal && this.#ends.get(signal)) ?? Number.POSITIVE_INFINITY;
  }

  advance(ms: number): void {
    this.#clock.advance(ms);
  }

  advanceTo(timeMs: number): void {
    this.advance(Math.max(0, timeMs - this.now().getTime()));
  }
}
