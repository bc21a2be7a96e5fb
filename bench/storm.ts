// First logins of 500 users in 10 s, every tenth of them in two tabs at once, at the real quota of CreateStage (5 a second), with clients that poll PUT meanwhile;
// beside it the plain get-then-create flow. Writes bench/results/storm.svg.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEMO_PASSWORD, type LocalCloud, startLocalCloud, synthesize } from '../local/cloud/index.ts';
import { arrivals } from './support/arrivals.ts';
import { quantile, reportBars } from './support/bars.ts';
import { type Curve, drawCurves } from './support/curves.ts';
import { runPlainFlow } from './support/plain-flow.ts';

const USERS = Number(process.env.STORM_USERS ?? 500);
const ARRIVAL_MS = 10_000;
const STAGES_PER_SECOND = 5;
const QUOTA_MS = (USERS / STAGES_PER_SECOND) * 1000;

interface StormResult {
  readonly refused: number;
  readonly latenciesMs: readonly number[];
  readonly stages: number;
  readonly owners: number;
  readonly polls: number;
  /** When each stage was made, in ms since the first login. */
  readonly madeAtMs: readonly number[];
}

async function storm(assemblyDirectory: string, ivsCountsRefusedCalls: boolean): Promise<StormResult> {
  const cloud = await startLocalCloud({ assemblyDirectory, log: () => {}, ivsCountsRefusedCalls });
  try {
    for (let i = 0; i < USERS; i++) await cloud.cognito.addUser(user(i));
    const startedAt = Date.now();
    const logins = await Promise.all(arrivals(USERS, ARRIVAL_MS, (i) => logIn(cloud, i)));
    const polls = await Promise.all(logins.map(({ accessToken }) => (accessToken ? poll(cloud, accessToken) : 0)));
    const made = cloud.ivs.stages().map(({ tags }) => tags);
    return {
      refused: logins.filter(({ accessToken }) => !accessToken).length,
      latenciesMs: logins.map(({ ms }) => ms),
      stages: made.length,
      owners: new Set(made.map((tags) => tags['stagedoor:owner'])).size,
      polls: polls.reduce((sum, count) => sum + count, 0),
      madeAtMs: made.map((tags) => Date.parse(tags['stagedoor:createdAt'] ?? '') - startedAt).sort((a, b) => a - b),
    };
  } finally {
    await cloud.close();
  }
}

const user = (i: number) => ({
  userName: `user-${i}`,
  password: DEMO_PASSWORD,
  attributes: { email: `user-${i}@example.com` },
});

async function logIn({ outputs }: LocalCloud, i: number): Promise<{ ms: number; accessToken: string | undefined }> {
  const startedAt = performance.now();
  const response = await fetch(String(outputs.CognitoEndpoint), {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
    },
    body: JSON.stringify({
      ClientId: outputs.UserPoolClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: `user-${i}`, PASSWORD: DEMO_PASSWORD },
    }),
  });
  const answer = (await response.json()) as { AuthenticationResult?: { AccessToken: string } };
  return { ms: performance.now() - startedAt, accessToken: answer.AuthenticationResult?.AccessToken };
}

/** What a client does: asks until the stage is there, as often as it is told to. The number of times it asked. */
async function poll({ apiUrl }: LocalCloud, accessToken: string): Promise<number> {
  for (let count = 1; ; count++) {
    const headers = { authorization: `Bearer ${accessToken}` };
    const response = await fetch(`${apiUrl}/me/stage`, { method: 'PUT', headers });
    await response.text();
    if (response.status === 200) return count;
    if (response.status !== 202 && response.status !== 503) throw new Error(`PUT answered ${response.status}`);
    await sleep(1000 * Number(response.headers.get('retry-after') ?? 1));
  }
}

const directory = mkdtempSync(path.join(tmpdir(), 'stagedoor-bench-'));
try {
  await synthesize(directory);
  const lenient = await storm(directory, false);
  const strict = await storm(directory, true);
  const plain = await runPlainFlow(USERS, ARRIVAL_MS);

  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const row = (what: string, result: StormResult) => ({
    what,
    'refused logins': result.refused,
    'login p50': `${quantile(result.latenciesMs, 0.5).toFixed(0)} ms`,
    'login p99': `${quantile(result.latenciesMs, 0.99).toFixed(0)} ms`,
    stages: result.stages,
    'users with a stage': result.owners,
    'last stage after': seconds(result.madeAtMs.at(-1) ?? 0),
    'PUT polls': result.polls,
  });
  const names = [
    'Stagedoor, limiter forgives refused calls',
    'Stagedoor, limiter counts refused calls',
    'get-then-create',
  ];
  console.table([row(names[0] ?? '', lenient), row(names[1] ?? '', strict), row(names[2] ?? '', plain)]);

  const curve = (name: string, result: StormResult): Curve => ({
    name,
    points: result.madeAtMs.map((ms, i) => [ms / 1000, i + 1]),
  });
  const results = path.join(import.meta.dirname, 'results');
  mkdirSync(results, { recursive: true });
  writeFileSync(
    path.join(results, 'storm.svg'),
    drawCurves({
      title: `Stages after ${USERS} first logins in ${ARRIVAL_MS / 1000} s`,
      xLabel: 'seconds since the first login',
      yLabel: 'stages',
      curves: [
        {
          name: 'quota: 5 a second',
          points: [
            [0, 0],
            [QUOTA_MS / 1000, USERS],
          ],
        },
        curve(names[0] ?? '', lenient),
        curve(names[1] ?? '', strict),
        curve(names[2] ?? '', plain),
      ],
    }),
  );
  reportBars(
    [lenient, strict].flatMap((result, i) => [
      { what: `${names[i]}: refused logins`, measured: String(result.refused), bar: '0', holds: result.refused === 0 },
      {
        what: `${names[i]}: login p99`,
        measured: `${quantile(result.latenciesMs, 0.99).toFixed(0)} ms`,
        bar: '< 3500 ms',
        holds: quantile(result.latenciesMs, 0.99) < 3_500,
      },
      {
        what: `${names[i]}: all stages in place`,
        measured: seconds(result.madeAtMs.at(-1) ?? 0),
        bar: `<= ${seconds(1.5 * QUOTA_MS)}`,
        holds: (result.madeAtMs.at(-1) ?? 0) <= 1.5 * QUOTA_MS,
      },
      {
        what: `${names[i]}: one stage a user`,
        measured: `${result.stages} stages, ${result.owners} owners`,
        bar: `${USERS}, ${USERS}`,
        holds: result.stages === USERS && result.owners === USERS,
      },
    ]),
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}
