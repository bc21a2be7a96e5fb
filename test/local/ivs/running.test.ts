import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { CreateStageCommand, GetStageCommand, ListStagesCommand } from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it } from '@jest/globals';
import { type Call, noteCall } from '../../../local/ivs/calls.ts';
import { startIvsEmulator } from '../../../local/ivs/index.ts';
import { runEmulator, stoppedClock } from './running-emulator.ts';

const sessionId = 'st-abcDEF1234567';

async function runEmulatorWithStage() {
  const { client, emulator } = await runEmulator({ clock: stoppedClock().clock });
  const { stage } = await client.send(new CreateStageCommand({ name: 'ada', tags: { env: 'dev' } }));
  const arn = stage?.arn ?? '';
  const readSession = async () => (await client.send(new GetStageCommand({ arn }))).stage?.activeSessionId;
  return { client, emulator, arn, readSession };
}

describe('the running emulator', () => {
  it('keeps its state over a restart, as JSON', async () => {
    const { emulator, arn } = await runEmulatorWithStage();
    emulator.setActiveSession(arn, sessionId);
    const state = JSON.parse(JSON.stringify(emulator.snapshot()));
    const restarted = await runEmulator({ state });
    expect(restarted.emulator.stages()).toEqual(emulator.stages());
    await restarted.client.send(new CreateStageCommand({}));
    expect(state.stages).toHaveLength(1);
  });

  it('gives copies of its stages', async () => {
    const { emulator } = await runEmulatorWithStage();
    Object.assign(emulator.stages()[0] ?? {}, { name: 'changed' });
    expect(emulator.stages()[0]?.name).toBe('ada');
  });

  it('starts and ends a session of a stage', async () => {
    const { emulator, arn, readSession } = await runEmulatorWithStage();
    emulator.setActiveSession(arn, sessionId);
    expect(await readSession()).toBe(sessionId);
    emulator.setActiveSession(arn, undefined);
    expect(await readSession()).toBe('');
    expect(() => emulator.setActiveSession(arn, 'st-short')).toThrow('pattern');
    expect(() => emulator.setActiveSession(`${arn}x`, sessionId)).toThrow('not found');
  });

  it('notes every call, when it came, by whom, and how it was refused', async () => {
    const { client, emulator } = await runEmulatorWithStage();
    await expect(client.send(new GetStageCommand({ arn: 'ada' }))).rejects.toThrow();
    const seen = { at: new Date('2026-01-01T00:00:00.000Z'), accessKeyId: 'AKIDTEST' };
    expect(emulator.calls).toEqual([
      { operation: 'CreateStage', ...seen },
      { operation: 'GetStage', ...seen, refused: 'ValidationException' },
    ]);
  });

  it('listens on the loopback interface, on a port that it is given', async () => {
    const { emulator } = await runEmulator();
    const { port } = emulator;
    expect(emulator.url).toBe(`http://127.0.0.1:${port}`);
    await expect(startIvsEmulator({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('may be closed twice', async () => {
    const emulator = await startIvsEmulator();
    await emulator.close();
    await expect(emulator.close()).resolves.toBeUndefined();
  });

  it('keeps the last 100,000 calls', () => {
    const calls: Call[] = [];
    for (let at = 0; at < 100_002; at += 1) {
      noteCall(calls, { operation: 'GetStage', at: new Date(at), accessKeyId: undefined });
    }
    expect([calls.length, calls[0]?.at]).toEqual([100_000, new Date(2)]);
  });

  it.each([{ region: 'US East' }, { accountId: '1234' }])('does not start with %j', async (options) => {
    await expect(startIvsEmulator(options)).rejects.toThrow(RangeError);
  });
});

describe('the administration over HTTP', () => {
  const admin = async (url: string, method: string, path: string, body?: object) => {
    const response = await fetch(`${url}/_emulator/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };

  it('starts and ends a session of a stage', async () => {
    const { emulator, arn, readSession } = await runEmulatorWithStage();
    const path = `stages/${encodeURIComponent(arn)}/active-session`;
    expect(await admin(emulator.url, 'PUT', path, { sessionId })).toMatchObject({ status: 200 });
    expect(await readSession()).toBe(sessionId);
    expect(await admin(emulator.url, 'PUT', path, {})).toMatchObject({ status: 400 });
    expect(await admin(emulator.url, 'PUT', path, { sessionId: 5 })).toMatchObject({ status: 400 });
    expect(await readSession()).toBe(sessionId);
    expect(await admin(emulator.url, 'PUT', path, { sessionId: null })).toMatchObject({ status: 200 });
    expect(await readSession()).toBe('');
    const missing = `stages/${encodeURIComponent(`${arn}x`)}/active-session`;
    expect(await admin(emulator.url, 'PUT', missing, { sessionId })).toMatchObject({ status: 404 });
  });

  it('answers the stages and the calls', async () => {
    const { client, emulator } = await runEmulatorWithStage();
    await client.send(new ListStagesCommand({}));
    await client.send(new ListStagesCommand({}));
    expect((await admin(emulator.url, 'GET', 'stages')).body).toEqual({ stages: emulator.stages() });
    const { body } = await admin(emulator.url, 'GET', 'calls');
    expect(body).toHaveProperty('counts', { CreateStage: 1, ListStages: 2 });
    expect(body).toHaveProperty('calls.0', {
      operation: 'CreateStage',
      at: '2026-01-01T00:00:00.000Z',
      accessKeyId: 'AKIDTEST',
    });
  });
});

describe('the command', () => {
  const start = (...flags: string[]) => spawn(process.execPath, ['local/ivs/bin/start.ts', ...flags]);

  it('says where it listens, and ends with 0 on SIGTERM', async () => {
    const child = start('--region', 'eu-west-1', '--quotas', 'off');
    const [line] = await once(child.stdout, 'data');
    const url = /ready on (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(String(line))?.[1] ?? '';
    const response = await fetch(`${url}/CreateStage`, { method: 'POST' });
    expect(await response.json()).toHaveProperty('stage.arn', expect.stringContaining(':eu-west-1:'));
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it.each([['--port', 'x'], ['--quotas', 'some'], ['--region', 'US East'], ['--event-url', 'nowhere'], ['--unknown']])(
    'refuses %s %s with its usage',
    async (...flags) => {
      const child = start(...flags);
      const [[text], [code]] = await Promise.all([once(child.stderr, 'data'), once(child, 'exit')]);
      expect(code).toBe(1);
      expect(String(text)).toContain('Usage: npm run ivs');
    },
  );
});
