import { quantile } from './bars.ts';
import { WORK_KINDS, type WorkKind } from './load-mix.ts';
import type { Stretch } from './load-run.ts';

export interface KindFigures {
  readonly done: number;
  readonly failed: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Of each kind of work in a stretch. The n-th event done is taken for the n-th told: one poller works them off in order. */
export function kindFigures(
  { outcomes, events, seconds }: Stretch,
  eventsDoneAt: readonly number[],
): Readonly<Record<WorkKind, KindFigures>> {
  const eventLatenciesMs = eventsDoneAt.slice(0, events.length).map((doneAt, i) => doneAt - (events[i]?.dueAt ?? 0));
  const of = (kind: WorkKind): KindFigures => {
    if (kind === 'event') return figures(eventLatenciesMs, events.length - eventLatenciesMs.length, seconds);
    const own = outcomes.filter((outcome) => outcome.kind === kind);
    const good = own.filter(({ failure }) => failure === undefined);
    return figures(
      good.map(({ latencyMs }) => latencyMs),
      own.length - good.length,
      seconds,
    );
  };
  return Object.fromEntries(WORK_KINDS.map((kind) => [kind, of(kind)])) as Record<WorkKind, KindFigures>;
}

const figures = (latenciesMs: readonly number[], failed: number, seconds: number): KindFigures => ({
  done: latenciesMs.length,
  failed,
  perSecond: latenciesMs.length / seconds,
  p50Ms: quantile(latenciesMs, 0.5),
  p99Ms: quantile(latenciesMs, 0.99),
});
