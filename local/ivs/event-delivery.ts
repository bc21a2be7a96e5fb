import { probability, type Structure, seed } from './constraints.ts';
import type { StageUpdate } from './live/stage-updates.ts';
import { seededRandom } from './seeded-random.ts';
import { validate } from './validate.ts';

/** How events get lost and late on their way. Probabilities are from 0 to 1. Default: each arrives once, in order. */
export interface EventDelivery {
  /** Of never arriving. */
  readonly lose?: number;
  /** Of arriving twice. */
  readonly duplicate?: number;
  /** Of arriving after the next event. Without a next one within a second, it arrives then. */
  readonly reorder?: number;
  /** The longest time that an event takes; each takes a random part of it. Milliseconds, up to an hour. */
  readonly delayMs?: number;
  /** Makes the probabilities come out the same again. Default: random. */
  readonly seed?: number;
}

const deliveryShape = {
  type: 'structure',
  closed: true,
  members: {
    lose: probability,
    duplicate: probability,
    reorder: probability,
    delayMs: { type: 'integer', min: 0, max: 3_600_000 },
    seed,
  },
} as const satisfies Structure;

export interface EventSender {
  send(event: StageUpdate): void;
  /** Throws a ValidationException for what is no plan, and keeps the one that it had. */
  set(plan: unknown): void;
  readonly plan: EventDelivery;
  /** Nothing is delivered after that. */
  close(): void;
}

type Sink = (event: StageUpdate, closing: AbortSignal) => unknown;

const longestHoldMs = 1000;

export function createEventSender(sinks: readonly Sink[]): EventSender {
  let plan: EventDelivery = {};
  let random = seededRandom();
  let delivered = Promise.resolve();
  let held: { readonly event: StageUpdate; readonly delay: number; readonly timer: NodeJS.Timeout } | undefined;
  const timers = new Set<NodeJS.Timeout>();
  const closing = new AbortController();

  return {
    get plan() {
      return plan;
    },
    set(input) {
      plan = validate(deliveryShape, input);
      random = seededRandom(plan.seed);
    },
    send(event) {
      const { lose = 0, duplicate = 0, reorder = 0 } = plan;
      // Always as many numbers, so that one switch does not change what the others come to.
      const [isLost, isDoubled, isLate] = [random() < lose, random() < duplicate, random() < reorder];
      const [delay, delayOfDouble] = [random(), random()];
      if (isLost || closing.signal.aborted) return;
      if (isLate && !held) {
        held = { event, delay, timer: after(longestHoldMs, release) };
        return;
      }
      dispatch(event, delay);
      if (isDoubled) dispatch(event, delayOfDouble);
      release();
    },
    close() {
      closing.abort();
      for (const timer of timers) clearTimeout(timer);
    },
  };

  function release(): void {
    if (!held) return;
    const { event, delay, timer } = held;
    held = undefined;
    clearTimeout(timer);
    timers.delete(timer);
    dispatch(event, delay);
  }

  /** The delay is a part of the longest one. */
  function dispatch(event: StageUpdate, delay: number): void {
    const delayMs = Math.floor(delay * (plan.delayMs ?? 0));
    if (delayMs === 0) enqueue(event);
    else after(delayMs, () => enqueue(event));
  }

  /** One after the other, so that a slow sink does not turn events round. */
  function enqueue(event: StageUpdate): void {
    delivered = delivered.then(async () => {
      for (const sink of sinks) await deliver(sink, event, closing.signal);
    });
  }

  function after(delayMs: number, act: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, delayMs);
    timers.add(timer);
    return timer;
  }
}

/** Like the real service, it delivers as best it can: a failing sink misses the event. */
async function deliver(sink: Sink, event: StageUpdate, closing: AbortSignal): Promise<void> {
  if (closing.aborted) return;
  try {
    await sink(event, closing);
  } catch (error) {
    if (!closing.aborted) console.error(`The IVS emulator could not deliver event ${event.id}:`, error);
  }
}

const longestPostMs = 5000;

/** Posts each event as JSON. */
export function postTo(url: string): Sink {
  const { href } = new URL(url);
  return async (event, closing) => {
    const response = await fetch(href, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
      signal: AbortSignal.any([closing, AbortSignal.timeout(longestPostMs)]),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`${href} answered ${response.status}`);
  };
}
