// A thread that sends the load, so that it takes no time of the thread that answers it.
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Crowd, Work } from './load-mix.ts';
import { type Result, request, type Target } from './load-requests.ts';

export interface GeneratorSetup {
  readonly target: Target;
  readonly crowd: Crowd;
}

/** Work for some time: so much a second, evenly. */
export interface Schedule {
  readonly works: readonly Work[];
  readonly perSecond: number;
}

/** A request that was answered, or failed. */
export interface Outcome extends Work, Result {
  /** Since its turn to be sent, so that waiting counts, in the generator too. */
  readonly latencyMs: number;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

export type GeneratorMessage =
  /** Its turn has come; the other thread tells it. */
  | { readonly type: 'event'; readonly turn: number; readonly dueAt: number }
  | { readonly type: 'done'; readonly outcomes: readonly Outcome[]; readonly cpuMs: number };

const { target, crowd }: GeneratorSetup = workerData;
const post = (message: GeneratorMessage) => parentPort?.postMessage(message);

parentPort?.on('message', async ({ works, perSecond }: Schedule) => {
  const cpuBefore = process.threadCpuUsage();
  const startsAt = performance.now();
  const underWay: Promise<Outcome>[] = [];
  for (const [place, work] of works.entries()) {
    const dueMs = startsAt + (place * 1000) / perSecond;
    const early = dueMs - performance.now();
    if (early > 0) await delay(early);
    if (work.kind === 'event') post({ type: 'event', turn: work.turn, dueAt: performance.timeOrigin + dueMs });
    else underWay.push(send(work, dueMs));
  }
  const outcomes = await Promise.all(underWay);
  const { user, system } = process.threadCpuUsage(cpuBefore);
  post({ type: 'done', outcomes, cpuMs: (user + system) / 1000 });
});

async function send(work: Work, dueMs: number): Promise<Outcome> {
  const sentAt = Date.now();
  const result = await request(target, crowd, work).catch((error: unknown): Result => ({ failure: String(error) }));
  return { ...work, ...result, latencyMs: performance.now() - dueMs, sentAt, answeredAt: Date.now() };
}
