import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CognitoIdentityProviderClient, ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { InterceptedCall } from '../../local/ivs/index.ts';
import { checkDeployment } from '../cloud/check-deployment.ts';
import { readDeployment } from '../cloud/deployment.ts';
import { newPassword, withoutSecrets } from '../cloud/without-secrets.ts';
import { type LocalSystem, startLocalSystem } from '../support/local-system.ts';
import { recordProof } from '../support/proof.ts';

const PROGRAM = path.join(import.meta.dirname, '../cloud/run.ts');
const DENIED = { kind: 'error', status: 403, name: 'AccessDeniedException' } as const;

let system: LocalSystem;
let directory: string;
let outputs: string;
beforeAll(async () => {
  system = await startLocalSystem({ media: true });
  directory = mkdtempSync(path.join(tmpdir(), 'stagedoor-test-cloud-'));
  outputs = path.join(directory, 'outputs.json');
  writeFileSync(outputs, JSON.stringify({ Web: { WebUrl: 'https://web.invalid' }, Stagedoor: system.cloud.outputs }));
}, 60_000);
afterEach(() => {
  system.cloud.ivs.intercept = undefined;
});
afterAll(async () => {
  await system?.close();
  rmSync(directory, { recursive: true });
});

/** Interrupted whenever it says one of these. */
function runProgram(interruptAt: readonly string[] = []) {
  return new Promise<{ code: unknown; lines: readonly string[] }>((resolve) => {
    const program = execFile(process.execPath, [PROGRAM, '--outputs', outputs], (error, stdout, stderr) =>
      resolve({
        code: error === null ? 0 : (error.code ?? error.signal),
        lines: `${stdout}${stderr}`.trim().split('\n'),
      }),
    );
    program.stdout?.on('data', (said: string) => {
      if (interruptAt.some((words) => said.includes(words))) program.kill('SIGINT');
    });
  });
}

/** In this process, and stopped after a step. */
async function check({ stopAfter }: { readonly stopAfter?: string } = {}) {
  const lines: string[] = [];
  const stop = new AbortController();
  const print = (line: string) => {
    lines.push(line);
    if (stopAfter !== undefined && line.endsWith(stopAfter)) stop.abort();
  };
  const holds = await checkDeployment(readDeployment(outputs), { print, stop: stop.signal });
  return { holds, lines };
}

const refuseTwin = ({ operation, input }: InterceptedCall) =>
  operation === 'CreateStage' && JSON.stringify(input).includes('cloud-check')
    ? ({ kind: 'error', status: 409, name: 'ConflictException' } as const)
    : undefined;

const verdictsIn = (lines: readonly string[]) =>
  Object.fromEntries(
    lines.flatMap((line) => {
      const [, verdict, name] = /^(confirmed|refuted|could not tell) +([a-z0-9-]+): /.exec(line) ?? [];
      return name === undefined ? [] : [[name, verdict]];
    }),
  );

const okSteps = (lines: readonly string[]) => lines.filter((line) => line.startsWith('ok '));
const failures = (lines: readonly string[]) => lines.filter((line) => line.startsWith('FAILED '));

async function usersOfChecks(): Promise<readonly unknown[]> {
  const { CognitoEndpoint: endpoint = '', Region: region = '', UserPoolId } = system.cloud.outputs;
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'operator' };
  const client = new CognitoIdentityProviderClient({ endpoint, region, credentials });
  const { Users = [] } = await client.send(new ListUsersCommand({ UserPoolId }));
  client.destroy();
  return Users.filter(({ Username }) => Username?.startsWith('stagedoor-check-'));
}

async function expectNothingLeft(): Promise<void> {
  expect(system.cloud.ivs.stages()).toEqual([]);
  expect(await system.profiles()).toEqual([]);
  expect(await usersOfChecks()).toEqual([]);
}

function expectNoSecretsPrinted(lines: readonly string[]): void {
  for (const line of lines) expect(line).not.toMatch(/eyJ[\w-]+\.|rt_\d|Sd1!|\[secret\]/);
}

describe('the check of a deployment', () => {
  it('passes on the local run, which is as the check takes AWS to be, and leaves nothing', async () => {
    const { code, lines } = await runProgram();
    expect({ code, failures: failures(lines) }).toEqual({ code: 0, failures: [] });
    const verdicts = verdictsIn(lines);
    expect(verdicts).toEqual({
      'one-name-two-stages': 'confirmed',
      'missing-stage-has-no-tags': 'confirmed',
      'idle-stage-has-no-session': 'confirmed',
      'unknown-session-is-empty': 'confirmed',
      'delete-twice': 'confirmed',
      'sessions-of-missing-stage': 'confirmed',
      'attributes-of-1-kb': 'confirmed',
      'one-kind-of-claims': 'confirmed',
      'unjoined-cannot-be-disconnected': 'confirmed',
      'unjoined-self-signed-cannot-be-disconnected': 'confirmed',
      'refresh-is-no-sign-in': 'confirmed',
      'signed-token-is-admitted': 'confirmed',
      'disconnected-token-is-used-up': 'confirmed',
      'sessions-newest-first': 'could not tell',
      'tagging-while-creating': 'could not tell',
      'token-size': 'could not tell',
      'expiry-ends-nobody': 'could not tell',
      'deleted-key-ends-nobody': 'could not tell',
      'event-on-removal': 'could not tell',
      'event-fields': 'could not tell',
      'page-policy': 'could not tell',
      'trigger-tries': 'could not tell',
      'managed-login-is-a-sign-in': 'could not tell',
      'throttling-status': 'could not tell',
      'history-is-kept': 'could not tell',
      prices: 'could not tell',
    });
    expectNoSecretsPrinted(lines);
    await expectNothingLeft();
    const count = (verdict: string) => Object.values(verdicts).filter((each) => each === verdict).length;
    recordProof('cloud-check', {
      figures: [
        ['steps that hold on the local run', okSteps(lines).length],
        ['open questions about AWS in the list', Object.keys(verdicts).length],
        ['of them confirmed by the local run, as it is built', count('confirmed')],
        ['of them refuted', count('refuted')],
        ['of them beyond what the check can tell', count('could not tell')],
      ],
      fellShort: ['It was never run against AWS.'],
    });
  }, 120_000);

  it('names the step that a permission is missing for, fails, and leaves nothing', async () => {
    system.cloud.ivs.intercept = ({ operation }) => (operation === 'CreateIngestConfiguration' ? DENIED : undefined);
    const { code, lines } = await runProgram();
    expect(code).toBe(1);
    expect(failures(lines)).toEqual([
      expect.stringMatching(
        / open an ingest of it, and close it: Error: POST \/me\/stage\/ingests answered 500 INTERNAL/,
      ),
    ]);
    expect(verdictsIn(lines)).toEqual({});
    expectNoSecretsPrinted(lines);
    await expectNothingLeft();
  }, 120_000);

  it('says what AWS does otherwise than was thought, which is no failure', async () => {
    system.cloud.ivs.intercept = refuseTwin;
    const { holds, lines } = await check();
    expect(holds).toBe(true);
    expect(verdictsIn(lines)).toMatchObject({ 'one-name-two-stages': 'refuted', 'delete-twice': 'could not tell' });
    await expectNothingLeft();
  }, 120_000);

  it('can be stopped, and leaves nothing', async () => {
    const { holds, lines } = await check({ stopAfter: 'an orphan and a missing stage' });
    expect({ holds, verdicts: verdictsIn(lines) }).toEqual({ holds: false, verdicts: {} });
    expect(lines).toContain('Stopped.');
    await expectNothingLeft();
  }, 120_000);

  it('can be interrupted twice, as by npm and a terminal at once, and leaves nothing', async () => {
    const { code, lines } = await runProgram(['tagged as theirs', 'Stopped.']);
    expect({ code, verdicts: verdictsIn(lines) }).toEqual({ code: 1, verdicts: {} });
    expect(lines).toContain('Stopped.');
    await expectNothingLeft();
  }, 120_000);

  it('says what it could not remove', async () => {
    system.cloud.ivs.intercept = ({ operation }) => (operation === 'DeleteStage' ? DENIED : undefined);
    const { holds, lines } = await check({ stopAfter: 'find a stage for each, tagged as theirs' });
    expect(holds).toBe(false);
    expect(failures(lines)).toEqual([
      expect.stringMatching(/The profile of [\w-]+ may be left: Error: DELETE \/me answered 500 INTERNAL/),
      expect.stringMatching(/The profile of [\w-]+ may be left: Error: DELETE \/me answered 500 INTERNAL/),
      expect.stringMatching(/The stage arn:\S+ is left: AccessDeniedException: /),
      expect.stringMatching(/The stage arn:\S+ is left: AccessDeniedException: /),
    ]);
    expect(await usersOfChecks()).toEqual([]);
  }, 120_000);
});

describe('what it reads and prints', () => {
  it('names the outputs that are missing', () => {
    const file = path.join(directory, 'other.json');
    writeFileSync(file, JSON.stringify({ Other: { ...system.cloud.outputs, UserPoolId: undefined } }));
    expect(() => readDeployment(file)).toThrow(/other\.json names no deployment: its outputs lack UserPoolId$/);
    expect(() => readDeployment(path.join(directory, 'none.json'))).toThrow(/holds no outputs/);
  });

  it('hides passwords, tokens and stream keys that an error quotes', () => {
    const secrets = [newPassword(), 'eyJhbGciOi.eyJqdGkiOi.c2lnbmF0dXJl', 'rt_123456789012_us-east-1_ab-CD_ef'];
    for (const secret of secrets) expect(withoutSecrets(`'${secret}' is not good`)).not.toContain(secret.slice(0, 12));
  });
});
