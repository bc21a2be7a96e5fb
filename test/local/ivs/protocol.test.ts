import { get } from 'node:http';
import { connect as connectSocket } from 'node:net';
import * as sdk from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it, jest } from '@jest/globals';
import { isEmulated } from '../../../local/ivs/operations/operations.ts';
import { runEmulator } from './running-emulator.ts';

const operationsOfTheSdk = Object.keys(sdk).flatMap((name) => /^([A-Z]\w+)Command$/.exec(name)?.[1] ?? []);

async function ask(url: string, method: string, path: string, body?: string) {
  const response = await fetch(url + path, { method, ...(body === undefined ? {} : { body }) });
  return { status: response.status, name: response.headers.get('x-amzn-errortype'), body: await response.json() };
}

describe('the wire', () => {
  it('answers under its own name only: a page that leads another name here gets nothing', async () => {
    const { emulator } = await runEmulator();
    const statusFor = (host: string) =>
      new Promise<number | undefined>((resolve, reject) =>
        get(`${emulator.url}/_emulator/stages`, { headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        }).on('error', reject),
      );
    expect(await statusFor('localhost:80')).toBe(200);
    expect(await statusFor('evil.example')).toBe(403);
  });

  it.each(operationsOfTheSdk.filter((operation) => !isEmulated(operation)))(
    'says that %s is not emulated',
    async (operation) => {
      const { emulator } = await runEmulator();
      const message = `${operation} is not emulated yet by the IVS emulator`;
      expect(await ask(emulator.url, 'POST', `/${operation}`, '{}')).toEqual({
        status: 501,
        name: 'NotEmulatedException',
        body: { message, exceptionMessage: message },
      });
    },
  );

  it('says that automatic recording is not emulated, and makes no stage', async () => {
    const { client, emulator } = await runEmulator();
    const autoParticipantRecordingConfiguration = { storageConfigurationArn: '' };
    const creating = client.send(new sdk.CreateStageCommand({ autoParticipantRecordingConfiguration }));
    await expect(creating).rejects.toMatchObject({
      name: 'NotEmulatedException',
      message: expect.stringContaining('autoParticipantRecordingConfiguration'),
    });
    expect(emulator.stages()).toEqual([]);
  });

  it.each([
    ['POST', '/', 404],
    ['POST', '/createstage', 404],
    ['POST', '/CreateStages', 404],
    ['POST', '/constructor', 404],
    ['POST', '/TagResource', 404],
    ['POST', '/CreateStage/', 404],
    ['GET', '/tags/', 404],
    ['GET', '/tags/a/b', 404],
    ['GET', '/CreateStage', 405],
    ['PUT', '/tags/arn', 405],
    ['GET', '/_emulator/nothing', 404],
    ['POST', '/_emulator/stages/arn/active-session', 405],
  ])('knows no %s %s', async (method, path, status) => {
    const { emulator } = await runEmulator();
    const answer = await ask(emulator.url, method, path);
    expect(answer).toMatchObject({ status, name: 'UnknownOperationException' });
  });

  it.each([
    ['{', 'not JSON'],
    ['[]', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['"x"', 'not a JSON object'],
    ['['.repeat(200_000), 'not JSON'],
  ])('refuses a body that is not an object', async (body, message) => {
    const { emulator } = await runEmulator();
    const answer = await ask(emulator.url, 'POST', '/CreateStage', body);
    expect(answer).toMatchObject({ status: 400, name: 'SerializationException' });
    expect(answer.body).toHaveProperty('message', expect.stringContaining(message));
  });

  it('answers deep nesting without failing', async () => {
    const { emulator } = await runEmulator();
    const nested = `{"tags": {"k": ${'['.repeat(5000)}${']'.repeat(5000)}}, "x": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    expect((await ask(emulator.url, 'POST', '/CreateStage', nested)).status).toBe(400);
  });

  it('refuses a body that is not UTF-8, and a path that is not', async () => {
    const { emulator } = await runEmulator();
    const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    const response = await fetch(`${emulator.url}/CreateStage`, { method: 'POST', body });
    expect(response.headers.get('x-amzn-errortype')).toBe('SerializationException');
    expect(await ask(emulator.url, 'GET', '/tags/%ff')).toMatchObject({ status: 400, name: 'SerializationException' });
  });

  it('takes a body of 1 MiB and refuses one byte more', async () => {
    const { emulator } = await runEmulator();
    const largest = '{}'.padEnd(1024 * 1024);
    expect((await ask(emulator.url, 'POST', '/CreateStage', largest)).status).toBe(200);
    const answer = await ask(emulator.url, 'POST', '/CreateStage', `${largest} `);
    expect(answer).toMatchObject({ status: 413, name: 'RequestEntityTooLargeException' });
  });

  it('gives every answer a request id', async () => {
    const { client } = await runEmulator();
    const { $metadata } = await client.send(new sdk.ListStagesCommand({}));
    expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('takes it for no failure when a client goes away in the middle of a request', async () => {
    const { client, emulator } = await runEmulator();
    const logged = jest.spyOn(console, 'error').mockReturnValue();
    const socket = connectSocket(emulator.port, '127.0.0.1');
    const head = 'POST /CreateStage HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n{';
    await new Promise<void>((resolve) => socket.write(head, () => resolve()));
    await client.send(new sdk.ListStagesCommand({}));
    socket.resetAndDestroy();
    await client.send(new sdk.ListStagesCommand({}));
    await emulator.close();
    expect(logged).not.toHaveBeenCalled();
    logged.mockRestore();
  });
});
