import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PageConfig } from '../../web/page-config.ts';
import { eventually, startLocalSystem } from '../support/local-system.ts';

const DAY_MS = 86_400_000;
const BIN = path.join(import.meta.dirname, '../../local/cloud/bin');

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'stagedoor-test-'));
});
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

describe('a local run', () => {
  it('names its addresses beside the outputs of the stack, and lets its page call the API', async () => {
    const system = await startLocalSystem();
    const { outputs, apiUrl, webUrl, cognito, ivs, dynamoDb } = system.cloud;
    expect(outputs).toMatchObject({
      ApiUrl: apiUrl,
      WebUrl: webUrl,
      Region: 'us-east-1',
      UserPoolId: expect.stringMatching(/^us-east-1_[0-9a-z]{9}$/),
      UserPoolClientId: expect.any(String),
      CognitoEndpoint: cognito.url,
      IvsEndpoint: ivs.url,
      DynamoDbEndpoint: dynamoDb.url,
      ProfilesTableName: expect.any(String),
      DeploymentName: 'Stagedoor',
    });
    const config = (await (await fetch(`${webUrl}/config.json`)).json()) as PageConfig;
    expect(config).toMatchObject({ apiUrl, selfSignUp: true, userPoolId: outputs.UserPoolId });
    expect(config.local).toMatchObject({ cognitoEndpoint: cognito.url, ivsEndpoint: ivs.url });
    const preflight = await fetch(`${apiUrl}/me/stage`, {
      method: 'OPTIONS',
      headers: { origin: webUrl, 'access-control-request-method': 'PUT' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBe(webUrl);
    await system.close();
  }, 30_000);

  it('works beside another one, which knows nothing of its users', async () => {
    const [one, other] = await Promise.all([startLocalSystem(), startLocalSystem()]);
    const [ada, stranger] = await Promise.all([one.signIn('ada'), other.signIn('ada')]);
    expect(stranger.userId).not.toBe(ada.userId);
    expect((await stranger.get(`/stages/${ada.userId}`)).status).toBe(404);
    expect([one.cloud.ivs.stages().length, other.cloud.ivs.stages().length]).toEqual([1, 1]);
    await Promise.all([one.close(), other.close()]);
  }, 30_000);

  it('keeps users, profiles and stages over a clean stop in its data directory', async () => {
    const dataDirectory = path.join(directory, 'data');
    const first = await startLocalSystem({ dataDirectory });
    const before = (await (await first.signIn('ada')).get('/me/stage')).body;
    await first.close();
    const second = await startLocalSystem({ dataDirectory });
    expect((await (await second.signIn('ada')).get('/me/stage')).body).toEqual(before);
    expect(second.cloud.ivs.calls.map(({ operation }) => operation)).not.toContain('CreateStage');
    await second.close();
  }, 30_000);

  it('runs the clean-up by its schedule as soon as it is up', async () => {
    const system = await startLocalSystem();
    await eventually(() => system.logLines.some((line) => line.includes('"message":"clean-up"')));
    await system.close();
  }, 30_000);
});

describe('the commands', () => {
  it('start an instance, clean it up, and stop it with exit code 0 and nothing left behind', async () => {
    const outputsFile = path.join(directory, 'outputs.json');
    const own = mkdtempSync(path.join(directory, 'tmp-'));
    const start = runNode([path.join(BIN, 'start.ts'), '--port', '0', '--outputs', outputsFile], { TMPDIR: own });
    const lines = await untilReady(start);
    expect(lines.at(-1)).toMatch(/^Stagedoor is ready \(\d+\.\d s\)/);
    expect(lines.find((line) => line.includes('http'))).toMatch(/^Open http:\/\/127\.0\.0\.1:\d+ in a browser\.$/);
    expect(lines).toContain('Demo users: ada, grace, mod (moderators); password Stage-door-1');
    const { Stagedoor: outputs } = JSON.parse(readFileSync(outputsFile, 'utf8')) as Outputs;
    await signInByHand(outputs);
    expect(await (await fetch(String(outputs.WebUrl))).text()).toMatch(/<script type="module" [^>]*src="\.\/assets\//);

    const later = new Date(Date.now() + 31 * DAY_MS).toISOString();
    const cleanUp = [path.join(BIN, 'clean-up.ts'), '--outputs', outputsFile, '--now', later];
    const { stdout: rehearsed } = await promisify(execFile)(process.execPath, [...cleanUp, '--dry-run']);
    expect(JSON.parse(rehearsed)).toMatchObject({ asOf: later, dryRun: true });
    const { stdout: report } = await promisify(execFile)(process.execPath, cleanUp);
    expect(report.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(report)).toMatchObject({ asOf: later, stale: { removed: 1 } });

    // As with npm and a terminal's Ctrl-C, which both tell the process.
    start.kill('SIGINT');
    start.kill('SIGINT');
    expect(await once(start, 'exit')).toEqual([0, null]);
    expect(readdirSync(own)).toEqual([]);
    await expect(promisify(execFile)(process.execPath, cleanUp)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is `npm start` still running?'),
    });
  }, 60_000);

  it('stop in the middle of starting, with exit code 0 too', async () => {
    const own = mkdtempSync(path.join(directory, 'tmp-'));
    const start = runNode([path.join(BIN, 'start.ts'), '--port', '0', '--outputs', path.join(own, 'o')], {
      TMPDIR: own,
    });
    await untilBundling(own);
    start.kill('SIGTERM');
    expect(await once(start, 'exit')).toEqual([0, null]);
    expect(readdirSync(own)).toEqual([]);
  }, 30_000);

  it.each([
    ['start.ts', ['--prot', '1']],
    ['start.ts', ['--port', 'x']],
    ['start.ts', ['--ivs-quotas', 'some']],
    ['clean-up.ts', ['--now', 'tomorrow']],
  ])('%s refuses %j with exit code 2 and says what it takes', async (program, flags) => {
    const attempt = promisify(execFile)(process.execPath, [path.join(BIN, program), ...flags]);
    await expect(attempt).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(String(flags[0])) });
  });
});

function runNode(args: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(child);
  return child;
}

async function untilReady({ stdout }: ChildProcess): Promise<string[]> {
  if (stdout === null) throw new Error('the process has no output to read');
  const lines: string[] = [];
  for await (const line of createInterface(stdout)) {
    lines.push(line);
    if (line.startsWith('Stagedoor is ready')) return lines;
  }
  throw new Error(`The process ended before it was ready:\n${lines.join('\n')}`);
}

/** Until the CDK app, which `start` runs, has begun to bundle the functions into a directory of its own. */
const untilBundling = (temporary: string): Promise<void> =>
  eventually(() =>
    readdirSync(temporary, { recursive: true }).some((name) => String(name).includes('stagedoor-bundles-')),
  );

interface Outputs {
  readonly Stagedoor: Readonly<Record<string, string>>;
}

/** With nothing but the outputs file, as the README shows it. */
async function signInByHand({ CognitoEndpoint, UserPoolClientId }: Outputs['Stagedoor']): Promise<void> {
  const response = await fetch(String(CognitoEndpoint), {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
    },
    body: JSON.stringify({
      ClientId: UserPoolClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'ada', PASSWORD: 'Stage-door-1' },
    }),
  });
  expect(response.status).toBe(200);
}
