import { recordProof } from '../../test/support/proof.ts';
import { reportBars } from './bars.ts';
import type { CallCount } from './call-counts.ts';
import type { CpuTime } from './cpu-time.ts';
import { MIX, WORK_KINDS, type WorkKind } from './load-mix.ts';
import type { Step } from './load-ramp.ts';
import type { Stretch } from './load-run.ts';
import type { KindFigures } from './work-figures.ts';

/** What a load came to. */
export interface Held {
  readonly steps: readonly Step[];
  readonly perSecond: number;
  readonly seconds: number;
  readonly stretch: Stretch;
  readonly kinds: Readonly<Record<WorkKind, KindFigures>>;
  readonly cpu: CpuTime;
  readonly calls: readonly CallCount[];
  readonly shares: ReadonlyMap<string, number>;
  /** Of everything since the start, the ramp included. */
  readonly failures: readonly string[];
  readonly loggedErrors: readonly string[];
  readonly lost: readonly string[];
  readonly checked: number;
}

/** Prints the load, leaves its figures for the proof; the process ends with 1 if a bar does not hold. */
export function reportLoad(held: Held): void {
  const { steps, perSecond, seconds, kinds, shares, failures, loggedErrors, lost, checked } = held;
  console.log('the ramp: median latency of those who came last');
  console.table(steps.map((step) => ({ 'a second': step.perSecond, latency: ms(step.lateMedianMs) })));
  console.log(`${perSecond} pieces of work a second for ${seconds} s; latency counts from the moment each was due`);
  console.table(Object.fromEntries(WORK_KINDS.map((kind) => [kind, rowOf(kind, kinds[kind])])));
  console.log('CPU time');
  console.table(cpuRows(held));
  console.log(`the thread of the services, in a profile of some seconds more at this rate`);
  console.table(Object.fromEntries([...shares].map(([part, share]) => [part, { share: percent(share) }])));
  console.log('AWS calls of the functions');
  console.table(callRows(held));
  for (const line of [...failures, ...loggedErrors, ...lost].slice(0, 20)) console.error(line);
  const bars = [
    { what: 'requests that failed', count: failures.length },
    { what: 'errors that functions logged', count: loggedErrors.length },
    { what: `lost of ${checked} pieces of work, the ramp included`, count: lost.length },
  ];
  reportBars(bars.map(({ what, count }) => ({ what, measured: String(count), bar: '0', holds: count === 0 })));

  const figures = [
    ['pieces of work a second', perSecond],
    ['seconds', seconds],
    ...WORK_KINDS.flatMap((kind) => figuresOf(kind, kinds[kind])),
    ...bars.map(({ what, count }) => [what, count] as const),
  ] as const;
  recordProof('load', { figures });
}

const ms = (value: number): string => `${value.toFixed(0)} ms`;
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

const rowOf = (kind: WorkKind, { done, perSecond, p50Ms, p99Ms, failed }: KindFigures) => ({
  'of 100': MIX[kind],
  done,
  'a second': perSecond.toFixed(1),
  p50: ms(p50Ms),
  p99: ms(p99Ms),
  failed,
});

const figuresOf = (kind: WorkKind, { done, p50Ms, p99Ms }: KindFigures) => [
  [`${kind}: done`, done] as const,
  [`${kind}: p50, p99`, `${ms(p50Ms)}, ${ms(p99Ms)}`] as const,
];

function cpuRows({ cpu, stretch, kinds }: Held) {
  const pieces = WORK_KINDS.reduce((sum, kind) => sum + kinds[kind].done, 0);
  const allMs = cpu.mainMs + cpu.othersMs;
  const row = (partMs: number) => ({
    share: percent(partMs / allMs),
    cores: (partMs / 1000 / stretch.seconds).toFixed(2),
    'a piece of work': `${(partMs / pieces).toFixed(2)} ms`,
  });
  return {
    "the functions' sandboxes, and Node's helper threads": row(cpu.othersMs - stretch.generatorCpuMs),
    'the thread of the services': row(cpu.mainMs),
    'the thread that makes the load': row(stretch.generatorCpuMs),
  };
}

/** What each function's calls are for. */
const PIECES_OF: Readonly<Record<string, readonly WorkKind[]>> = {
  Tokens: ['token', 'exchange'],
  SignIn: ['repeated sign-in', 'first sign-in'],
  Status: ['event'],
  Provision: ['first sign-in'],
};

function callRows({ calls, kinds }: Held) {
  return calls.map(({ caller, operation, count }) => {
    const pieces = (PIECES_OF[caller] ?? []).reduce((sum, kind) => sum + kinds[kind].done, 0);
    return { caller, operation, calls: count, 'a piece of its work': pieces === 0 ? '' : (count / pieces).toFixed(2) };
  });
}
