import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isLongForm, recordProof } from '../support/proof.ts';
import { Clouds } from './clouds.ts';
import { type CallSite, type Fault, faultsAt, labelOf } from './fault.ts';
import { FaultTable } from './fault-table.ts';
import { PREFACE } from './fault-table-text.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

const FILE = new URL('../../docs/faults.md', import.meta.url);
const rewrites = process.env.UPDATE_FAULTS === '1';
const runsAll = isLongForm || rewrites;
/** Of the quick form: other ones each time. */
const [SCENARIOS, FAULTS_PER_SCENARIO] = [15, 3];
/** Most of a cell's time goes into waiting for the SDK's next try. */
const CELLS_AT_ONCE = 8;
const MINUTES = 60_000;

const committed = FaultTable.fromMarkdown(readFileSync(FILE, 'utf8'));
/** What `-t` leaves out stays as it was. */
const found = rewrites ? FaultTable.fromMarkdown(readFileSync(FILE, 'utf8')) : new FaultTable();
const words: string[] = [];
const clouds = new Clouds();
afterAll(() => clouds.close());

it.each(choose(scenarios, SCENARIOS).map((scenario) => [scenario.name, scenario] as const))(
  '%s: every fault ends as designed and as docs/faults.md tells',
  async (_name, scenario) => {
    const faultless = await clouds.run(scenario);
    expect(faultless.wrong).toEqual([]);
    const sites = scenario.besides ? sitesBeside(faultless.sites, scenario.besides) : faultless.sites;
    found.addScenario(scenario.name, sites);
    if (!rewrites) expect(committed.sitesOf(scenario.name).toSorted()).toEqual(sites.map(labelOf).toSorted());

    const wrong: string[] = [];
    await forEachAtOnce(choose(sites.flatMap(faultsAt), FAULTS_PER_SCENARIO), async (fault) => {
      const cell = await clouds.run(scenario, { fault, faultless });
      words.push(cell.word);
      found.set(scenario.name, fault, cell.word);
      wrong.push(...wrongWith(scenario, fault, cell.word, cell.wrong));
    });
    expect(wrong).toEqual([]);
  },
  10 * MINUTES,
);

function sitesBeside(sites: readonly CallSite[], { name }: Scenario): readonly CallSite[] {
  const known = (runsAll ? found : committed).sitesOf(name);
  return sites.filter((site) => !known.includes(labelOf(site)));
}

function wrongWith(scenario: Scenario, fault: Fault, word: string, sentences: readonly string[]): readonly string[] {
  const cell = `${labelOf(fault.site)}, ${fault.kind}${fault.lasts ? ' throughout' : ''}`;
  const told = committed.get(scenario.name, fault);
  const isNews = !rewrites && word !== told;
  return [...sentences, ...(isNews ? [`"${word}", and docs/faults.md tells "${told}"`] : [])].map(
    (sentence) => `${cell}: ${sentence}`,
  );
}

/** All of them, or so many. What is chosen says itself what it is, so no seed is told. */
function choose<T>(all: readonly T[], count: number): readonly T[] {
  if (runsAll) return all;
  const length = { minLength: Math.min(count, all.length), maxLength: Math.min(count, all.length) };
  return fc.sample(fc.shuffledSubarray([...all], length), 1)[0] ?? [];
}

async function forEachAtOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: CELLS_AT_ONCE }, worker));
}

it('tells of all scenarios and of no others', () => {
  if (rewrites) writeFileSync(FILE, PREFACE + found.toMarkdown(scenarios.map(({ name }) => name)));
  if (!rewrites) expect(committed.names).toEqual(scenarios.map(({ name }) => name));
  if (runsAll) expect(readFileSync(FILE, 'utf8')).toBe(PREFACE + found.toMarkdown(scenarios.map(({ name }) => name)));
  const counts = Object.entries(Object.groupBy(words, (word) => word)).map(
    ([word, all = []]) => [word, all.length] as const,
  );
  recordProof('faults', {
    figures: [
      ['Scenarios', scenarios.length],
      ['Call sites', scenarios.reduce((sum, { name }) => sum + found.sitesOf(name).length, 0)],
      ['Cells (call site × fault)', words.length],
      ...counts.toSorted(([, a], [, b]) => b - a).map(([word, count]) => [`Ended as “${word}”`, count] as const),
    ],
  });
});
