import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { CreateStageCommand, IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

const ROOT = path.join(import.meta.dirname, '../../..');
const run = promisify(execFile);

let directory: string;
let program: ChildProcess | undefined;

/** A project of somebody else, with the packed emulator in its node_modules. */
beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'stagedoor-test-package-'));
  const workspace = path.join(ROOT, 'local/ivs');
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', directory], { cwd: workspace });
  rmSync(path.join(workspace, 'dist'), { recursive: true });
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }];
  const installed = path.join(directory, 'node_modules/@stagedoor/ivs-emulator');
  mkdirSync(installed, { recursive: true });
  await run('tar', ['-xzf', path.join(directory, filename), '--strip-components=1', '-C', installed]);
  for (const name of ['node-datachannel', '@node-datachannel']) {
    symlinkSync(path.join(ROOT, 'node_modules', name), path.join(directory, 'node_modules', name));
  }
}, 60_000);
afterAll(() => {
  program?.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

it('starts by its command, media and all, and serves the SDK', async () => {
  const start = path.join(directory, 'node_modules/@stagedoor/ivs-emulator/dist/bin/start.js');
  program = spawn(process.execPath, [start], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(program.stdout ?? process.stdin), 'line')) as [string];
  const [endpoint = ''] = /http:\S+/.exec(line) ?? [];
  const client = new IVSRealTimeClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const { stage } = await client.send(new CreateStageCommand({ name: 'ada' }));
  client.destroy();
  expect(stage?.endpoints?.whip).toBe(`${endpoint}/whip`);
  program.kill('SIGTERM');
  expect(await once(program, 'exit')).toEqual([0, null]);
}, 30_000);

it('is imported by its name', async () => {
  const code =
    "import { startIvsEmulator } from '@stagedoor/ivs-emulator';" +
    'const emulator = await startIvsEmulator(); console.log(emulator.stages().length); await emulator.close();';
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: directory });
  expect(stdout.trim()).toBe('0');
}, 30_000);
