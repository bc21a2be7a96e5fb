import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CreateIngestConfigurationCommand,
  CreateStageCommand,
  ImportPublicKeyCommand,
  IVSRealTimeClient,
} from '@aws-sdk/client-ivs-realtime';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { P384KeyPairs } from '../../lambdas/adapters/p384-key-pairs.ts';
import { type IvsEmulator, startIvsEmulator } from '../../local/ivs/index.ts';
import { findLeftovers } from '../../scripts/purge/leftovers.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/purge.ts', import.meta.url));
const OURS = { 'stagedoor:deployment': 'Stagedoor' };
const THEIRS = { 'stagedoor:deployment': 'Stagedoor-test' };

let emulator: IvsEmulator;
let client: IVSRealTimeClient;
let directory: string;
let outputs: string;
beforeEach(async () => {
  emulator = await startIvsEmulator();
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'operator' };
  client = new IVSRealTimeClient({ endpoint: emulator.url, region: 'us-east-1', credentials });
  directory = mkdtempSync(join(tmpdir(), 'stagedoor-test-purge-'));
  outputs = join(directory, 'outputs.json');
  const ours = { DeploymentName: 'Stagedoor', Region: 'us-east-1', IvsEndpoint: emulator.url };
  writeFileSync(outputs, JSON.stringify({ StagedoorWeb: { WebUrl: 'https://web.invalid' }, Stagedoor: ours }));
});
afterEach(async () => {
  client.destroy();
  await emulator.close();
  rmSync(directory, { recursive: true });
});

async function makeOneOfEach(tags: Record<string, string>): Promise<void> {
  await client.send(new CreateStageCommand({ name: 'one', tags }));
  await client.send(new CreateIngestConfigurationCommand({ ingestProtocol: 'RTMPS', tags }));
  const publicKeyMaterial = new P384KeyPairs().generate().publicKey;
  await client.send(new ImportPublicKeyCommand({ publicKeyMaterial, tags }));
}

function purge(args: readonly string[], input = ''): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [SCRIPT, '--outputs', outputs, ...args], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

const left = async (deployment: string) => {
  const none = async () => undefined;
  const found = await findLeftovers({ client, deployment, pause: none, pauseForKeys: none });
  return Object.values(found).map((arns) => arns.length);
};

it('deletes stages, ingests and keys with the tag of the deployment, and only those', async () => {
  await makeOneOfEach(OURS);
  await makeOneOfEach(THEIRS);
  const { code, stdout } = await purge(['--yes']);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout:
      'Stagedoor in us-east-1 has 1 stages, 1 ingest configurations and 1 public keys.\n' +
      'Deleted 1 stages, 1 ingest configurations and 1 public keys.\n',
  });
  expect([await left('Stagedoor'), await left('Stagedoor-test')]).toEqual([
    [0, 0, 0],
    [1, 1, 1],
  ]);
}, 30_000);

it('deletes nothing in a dry run, nor when somebody types anything but the name', async () => {
  await makeOneOfEach(OURS);
  expect((await purge(['--dry-run'])).stdout).toMatch(/^Stagedoor in us-east-1 has 1 stages.*\n$/);
  expect((await purge([], 'yes\n')).stdout).toMatch(/Type Stagedoor to delete them.*Nothing was deleted\.\n$/s);
  expect(await left('Stagedoor')).toEqual([1, 1, 1]);
}, 30_000);

it('pages through many stages at a rate that IVS takes', async () => {
  for (let i = 0; i < 8; i++) {
    await client.send(new CreateStageCommand({ name: 'one', tags: OURS }));
    if (i % 4 === 3) await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  expect(await purge(['--yes'])).toMatchObject({ code: 0 });
  expect(await left('Stagedoor')).toEqual([0, 0, 0]);
  const times = emulator.calls.filter(({ operation }) => operation === 'DeleteStage').map(({ at }) => at.getTime());
  for (const [i, time] of times.entries()) expect((times[i + 4] ?? Infinity) - time).toBeGreaterThan(900);
}, 30_000);

it.each([
  [['--outputs', '/nowhere.json'], 1, /^\/nowhere\.json holds no outputs: /],
  [['--all'], 2, /Unknown option '--all'[\s\S]*npm run purge -- /],
])(
  'with %j ends with %i and says why',
  async (args, code, message) => {
    expect(await purge(args)).toMatchObject({ code, stderr: expect.stringMatching(message) });
  },
  30_000,
);
