import { isDeepStrictEqual } from 'node:util';
import { linesWithSecrets } from '../support/secrets.ts';
import type { CallLog } from './call-log.ts';
import { causesIn } from './captured-log.ts';
import type { Cloud } from './cloud.ts';
import { type State, stateOf } from './cloud-state.ts';
import { comeToRest } from './come-to-rest.ts';
import type { CallSite, Fault } from './fault.ts';
import { CUT_OFF, type Outcome } from './outcome.ts';
import { type Process, type ProcessOptions, startProcess } from './process.ts';
import type { Act, Scenario } from './scenario.ts';

export interface CellOptions {
  readonly fault?: Fault | undefined;
  /** What the same scenario came to without a fault. */
  readonly faultless?: CellResult;
  readonly alter?: ProcessOptions['alter'];
}

export interface CellResult {
  /** What the caller saw. */
  readonly word: string;
  /** The calls of the invocation, in order. */
  readonly sites: readonly CallSite[];
  /** After the caller's repeat, and at rest. */
  readonly repeated: State;
  readonly atRest: State;
  /** What is not as designed, a sentence each. */
  readonly wrong: readonly string[];
  /** A call of the process may yet be carried out: the cloud is of no more use. */
  readonly isBusy: boolean;
}

/** One scenario with at most one fault: the invocation, its natural repeat, and what comes by itself until all rests. */
export async function runCell(
  cloud: Cloud,
  healthy: Process,
  scenario: Scenario,
  options: CellOptions = {},
): Promise<CellResult> {
  const { fault, faultless, alter } = options;
  const chosen = scenario.settings ? { settings: scenario.settings } : {};
  const faulty = startProcess(cloud, scenario.function, { ...chosen, fault, ...(alter && { alter }) });
  const later = startProcess(cloud, scenario.function, chosen);
  try {
    const { act, repeat = act, warmUp, calmDown, outlivesProcess } = await scenario.prepare(cloud, healthy);
    await warmUp?.(faulty);
    const calls = faulty.wire.watch();
    const first = await invoke(cloud, faulty, act, outlivesProcess);
    const { sites } = calls;
    const wrong = wrongWith(scenario, faulty, calls, first);
    calmDown?.();
    cloud.clock.advance((scenario.repeatAfterSeconds ?? 70) * 1000);
    if (!first.isDone || scenario.alwaysRepeats) {
      const second = await repeat(later);
      if (!second.isDone) wrong.push(`the repeat came to "${second.word}"`);
    }
    const repeated = await stateOf(cloud);
    // What is equal now goes on equally.
    const isSettled = faultless !== undefined && isDeepStrictEqual(repeated, faultless.repeated);
    if (!isSettled) wrong.push(...(await comeToRest(cloud, healthy)));
    const atRest = isSettled ? faultless.atRest : await stateOf(cloud);
    if (faultless) wrong.push(...differences(atRest, faultless.atRest));
    wrong.push(...secretsIn(cloud, [faulty, later]));
    return { word: first.word, sites, repeated, atRest, wrong, isBusy: faulty.wire.isBusy };
  } finally {
    faulty.close();
    later.close();
  }
}

async function invoke(cloud: Cloud, process: Process, act: Act, outlivesProcess = false): Promise<Outcome> {
  const { wire } = process;
  const startedAt = cloud.clock.now().getTime();
  const outcome = await (outlivesProcess ? act(process) : Promise.race([act(process), wire.death.then(() => CUT_OFF)]));
  const tookTooLong = cloud.clock.now().getTime() - startedAt > wire.timeLimitMs;
  return tookTooLong ? CUT_OFF : outcome;
}

function wrongWith(
  { function: name }: Scenario,
  { wire, log }: Process,
  calls: CallLog,
  { word, wrong }: Outcome,
): string[] {
  const told = log.lines.filter(({ level }) => level !== 'info');
  const isCrash = wire.fault?.kind.startsWith('crash') ?? false;
  return [
    ...(wrong === undefined ? [] : [wrong]),
    ...(wire.fault && wire.struck === 0 ? ['the fault found nothing to strike'] : []),
    ...(word === '500' && !told.some((line) => line.level === 'error' && causesIn(line).length > 0)
      ? ['a bare 500 without its cause in the log']
      : []),
    ...(name === 'sign-in' && word === CUT_OFF.word && !isCrash ? ['the login was refused'] : []),
    ...calls.repeatedCreations.map((name) => `made again, though it may have been carried out: ${name}`),
    ...(word === 'ok' && told.length === 0 && calls.failed.length > 0
      ? [`nobody was told that it failed: ${calls.failed.join(', ')}`]
      : []),
  ];
}

/** By part of the state, what there is and should not be, and the other way round. */
function differences(is: State, shouldBe: State): readonly string[] {
  return Object.keys(shouldBe).flatMap((part) => {
    const [found, expected] = [is[part], shouldBe[part]].map((value) =>
      [value].flat().map((each) => JSON.stringify(each)),
    );
    const surplus = found?.filter((each) => !expected?.includes(each)) ?? [];
    const missing = expected?.filter((each) => !found?.includes(each)) ?? [];
    if (surplus.length + missing.length === 0 && found?.length === expected?.length) return [];
    return [`${part}: ${surplus.join(' ') || 'nothing'} instead of ${missing.join(' ') || 'nothing'}`];
  });
}

/** Tokens, private keys, e-mail addresses, and the stream keys that IVS handed out. */
function secretsIn({ ivs }: Cloud, processes: readonly Process[]): readonly string[] {
  const lines = processes.flatMap(({ log }) => log.written);
  const streamKeys = (ivs.snapshot().ingestConfigurations ?? []).map(({ streamKey }) => streamKey);
  const withSecrets = linesWithSecrets(lines, ['PRIVATE KEY', ...streamKeys]);
  return withSecrets.map((line) => `a secret is in the log: ${line.slice(0, 200)}`);
}
