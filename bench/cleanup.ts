// One clean-up run among 10,000 profiles and 1,200 stages, then the cost of a run by the number of profiles. The adapters
// and the AWS SDK are the real ones, over HTTP; the pauses between calls pass at once, by a clock that the servers share.
import { reportBars } from './support/bars.ts';
import { type CleanUpRun, runCleanUp } from './support/clean-up-run.ts';
import { type People, type Population, populate } from './support/population.ts';

const POPULATION: Population = { profiles: 10_000, stages: 1_200, stale: 200, live: 50, orphans: 30 };
const STAGE_QUOTA = 2_000;
const BY_PROFILES = [1_000, 10_000, 100_000].map((profiles) => ({
  profiles,
  stages: 500,
  stale: 50,
  live: 10,
  orphans: 10,
}));

const sum = (calls: Readonly<Record<string, number>>) =>
  Object.values(calls).reduce((total, count) => total + count, 0);

function assess({ staleArns, liveArns, orphanArns }: People, { stagesLeft }: CleanUpRun) {
  const gone = (arns: readonly string[]) => arns.filter((arn) => !stagesLeft.has(arn)).length;
  return { stale: gone(staleArns), live: gone(liveArns), orphans: gone(orphanArns) };
}

const people = populate(POPULATION, new Date());
const run = await runCleanUp(people, STAGE_QUOTA);
const removed = assess(people, run);
const { profiles, stages, stale, live, orphans } = POPULATION;
console.log(`${profiles} profiles, ${stages} stages: ${stale} stale, ${live} live, ${orphans} orphans`);
console.table({ ...run.ivsCalls, ...run.dynamoDbCalls, 'ListUsers (user pool)': run.userPoolCalls });
console.log(JSON.stringify(run.report));

const scaling: CleanUpRun[] = [];
for (const population of BY_PROFILES) scaling.push(await runCleanUp(populate(population, new Date()), STAGE_QUOTA));
console.table(
  scaling.map(({ ivsCalls, dynamoDbCalls, report, workMs }, i) => ({
    profiles: BY_PROFILES[i]?.profiles,
    'IVS calls': sum(ivsCalls),
    'DynamoDB calls': sum(dynamoDbCalls),
    'of them Query': dynamoDbCalls.Query,
    'run takes': `${(report.durationMs / 1000).toFixed(0)} s`,
    'without pauses': `${(workMs / 1000).toFixed(1)} s`,
  })),
);

const costs = scaling.map(({ ivsCalls, dynamoDbCalls }) => `${sum(ivsCalls)} + ${sum(dynamoDbCalls)}`);
// A live stage costs the look that spares it; an orphan one look and its deletion; the list of ingests, which has none, one.
const mostIvsCalls = 2 * stale + live + 2 * orphans + Math.ceil(stages / 100) + 1;
reportBars([
  { what: 'stale stages removed', measured: String(removed.stale), bar: String(stale), holds: removed.stale === stale },
  {
    what: 'orphans removed',
    measured: String(removed.orphans),
    bar: String(orphans),
    holds: removed.orphans === orphans,
  },
  { what: 'live stages touched', measured: String(removed.live), bar: '0', holds: removed.live === 0 },
  {
    what: 'stages left',
    measured: String(run.stagesLeft.size),
    bar: String(stages - stale - orphans),
    holds: run.stagesLeft.size === stages - stale - orphans,
  },
  {
    what: 'IVS calls',
    measured: String(sum(run.ivsCalls)),
    bar: `<= ${mostIvsCalls}`,
    holds: sum(run.ivsCalls) <= mostIvsCalls,
  },
  {
    what: 'most calls of one IVS operation in a second',
    measured: String(run.mostInASecond),
    bar: '<= 5',
    holds: run.mostInASecond <= 5,
  },
  { what: 'Scan calls', measured: String(run.dynamoDbCalls.Scan ?? 0), bar: '0', holds: !run.dynamoDbCalls.Scan },
  {
    what: 'IVS + DynamoDB calls for 1,000 / 10,000 / 100,000 profiles',
    measured: costs.join(' / '),
    bar: 'all the same',
    holds: new Set(costs).size === 1,
  },
]);
