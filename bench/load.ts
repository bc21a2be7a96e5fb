// A mixed load on the local run: tokens, exchanges, sign-ins and status events at the highest rate that the machine carries.
// `--seconds 5` holds it for a shorter time than 60 s. Writes bench/results/load.json.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type LocalCloud, startLocalCloud, synthesize } from '../local/cloud/index.ts';
import { countCallsFrom } from './support/call-counts.ts';
import { startCpuTime } from './support/cpu-time.ts';
import { gatherCrowd } from './support/load-crowd.ts';
import { climb, highestCarried } from './support/load-ramp.ts';
import { type Held, reportLoad } from './support/load-report.ts';
import { startLoad } from './support/load-run.ts';
import { findWrongTokens } from './support/lost-work.ts';
import { profileMainThread } from './support/main-thread-profile.ts';
import { createRunLog } from './support/run-log.ts';
import { kindFigures } from './support/work-figures.ts';

const { values } = parseArgs({ args: process.argv.slice(3), options: { seconds: { type: 'string', default: '60' } } });
const SECONDS = readSeconds(values.seconds);
const MEMBERS = 50;
const WARM_UP = { perSecond: 40, seconds: 3 };
const PROFILE_SECONDS = 5;
const COME_TO_REST_MS = 120_000;

const directory = mkdtempSync(path.join(tmpdir(), 'stagedoor-bench-'));
try {
  await synthesize(directory);
  const log = createRunLog();
  const cloud = await startLocalCloud({ assemblyDirectory: directory, log: log.note });
  try {
    const held = await hold(cloud, log);
    writeResults(held);
    reportLoad(held);
  } finally {
    await cloud.close();
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function hold(cloud: LocalCloud, log: ReturnType<typeof createRunLog>): Promise<Held> {
  const crowd = await gatherCrowd(cloud, MEMBERS);
  const [load, errorsBefore] = [startLoad(cloud, crowd), log.errors.length];
  try {
    await load.run(WARM_UP.perSecond, WARM_UP.seconds);
    const steps = await climb(load);
    await load.comeToRest(COME_TO_REST_MS);
    const perSecond = highestCarried(steps);

    const [callsSince, cpuSince, eventsBefore] = [countCallsFrom(cloud), startCpuTime(), log.eventsDoneAt.length];
    const stretch = await load.run(perSecond, SECONDS);
    const cpu = cpuSince();
    await load.comeToRest(COME_TO_REST_MS);
    const calls = callsSince();
    const kinds = kindFigures(stretch, log.eventsDoneAt.slice(eventsBefore));

    const shares = await profileMainThread(() => load.run(perSecond, PROFILE_SECONDS));
    const undone = await load.comeToRest(COME_TO_REST_MS);
    const { outcomes, events } = load.done;
    return {
      ...{ steps, perSecond, seconds: SECONDS, stretch, kinds, cpu, calls, shares },
      // Where the ramp ends there is too much by intention.
      failures: stretch.outcomes.flatMap(({ kind, failure }) => (failure === undefined ? [] : [`${kind}: ${failure}`])),
      loggedErrors: log.errors.slice(errorsBefore),
      lost: [...undone, ...findWrongTokens(cloud, crowd, outcomes)],
      checked: outcomes.length + events.length,
    };
  } finally {
    await load.close();
  }
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 1)
    throw new RangeError(`--seconds must be a whole number from 1, got ${text}`);
  return seconds;
}

/** Without each single outcome, which would hold tokens. */
function writeResults({ stretch, shares, ...held }: Held): void {
  const results = { ...held, tookSeconds: stretch.seconds, shares: Object.fromEntries(shares) };
  const resultsDirectory = path.join(import.meta.dirname, 'results');
  mkdirSync(resultsDirectory, { recursive: true });
  writeFileSync(path.join(resultsDirectory, 'load.json'), `${JSON.stringify(results, undefined, 2)}\n`);
}
