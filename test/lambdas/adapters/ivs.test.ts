import { IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { IvsApiTokenIssuer } from '../../../lambdas/adapters/ivs-api-token-issuer.ts';
import { countThrottles } from '../../../lambdas/adapters/ivs-errors.ts';
import { AwsIvsRealTime } from '../../../lambdas/adapters/ivs-real-time.ts';
import type { TokenRequest } from '../../../lambdas/stages/ports.ts';
import { type IvsEmulator, startIvsEmulator } from '../../../local/ivs/index.ts';
import { MemoryMetrics } from '../../support/world.ts';

let emulator: IvsEmulator;
let client: IVSRealTimeClient;
let ivs: AwsIvsRealTime;
let denied: readonly string[] = [];

beforeAll(async () => {
  emulator = await startIvsEmulator({
    quotas: 'off',
    authorize: ({ action }) => ({ allowed: !denied.includes(action), message: `not authorized: ${action}` }),
  });
  client = connect(1);
  ivs = new AwsIvsRealTime(client, client);
});
afterEach(() => {
  emulator.setFaults({ rules: [] });
  denied = [];
});
afterAll(async () => {
  client.destroy();
  await emulator.close();
});

const connect = (maxAttempts: number) =>
  new IVSRealTimeClient({
    endpoint: emulator.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts,
  });
const signal = () => AbortSignal.timeout(5_000);
const hostToken: TokenRequest = {
  userId: 'ada',
  displayName: 'Ada',
  role: 'host',
  capabilities: ['PUBLISH_AUDIO', 'SUBSCRIBE_VIDEO'],
  durationMinutes: 30,
};
const create = (tags: Record<string, string> = {}) => ivs.createStage({ name: 'one', tags }, signal());

describe('AwsIvsRealTime', () => {
  it('makes a stage with tags, endpoints and the first token', async () => {
    const created = await ivs.createStage({ name: 'one', tags: { a: 'b' }, hostToken }, signal());
    expect(created.endpoints).toMatchObject({ whip: expect.stringContaining('https://'), events: expect.any(String) });
    expect(created.hostToken).toMatchObject({ token: expect.any(String), expiresAt: expect.any(Date) });
    expect(await ivs.getStage(created.arn, signal())).toMatchObject({
      name: 'one',
      tags: { a: 'b' },
    });
  });

  it('finds no stage that does not exist, and deletes it without complaint', async () => {
    const { arn } = await create();
    await ivs.deleteStage(arn, signal());
    expect(await ivs.getStage(arn, signal())).toBeUndefined();
    await expect(ivs.deleteStage(arn, signal())).resolves.toBeUndefined();
  });

  it('takes a stage for deleted whose deletion is denied because it has no tags any more', async () => {
    const { arn } = await create();
    await ivs.deleteStage(arn, signal());
    denied = ['ivs:DeleteStage'];
    await expect(ivs.deleteStage(arn, signal())).resolves.toBeUndefined();
    const { arn: theirs } = await create();
    await expect(ivs.deleteStage(theirs, signal())).rejects.toMatchObject({ reason: 'denied' });
  });

  it('sees a session', async () => {
    const { arn } = await create();
    emulator.setActiveSession(arn, 'st-abcdefghijklm');
    expect(await ivs.getStage(arn, signal())).toMatchObject({ activeSessionId: 'st-abcdefghijklm' });
  });

  it('renames, and lists page by page', async () => {
    for (let i = 0; i < 101; i++) await create({ number: String(i) });
    const { arn } = await create();
    await ivs.renameStage(arn, 'renamed', signal());
    const first = await ivs.listStages(undefined, signal());
    const second = await ivs.listStages(first.cursor, signal());
    expect(first.stages).toHaveLength(100);
    expect(second.cursor).toBeUndefined();
    expect([...first.stages, ...second.stages]).toContainEqual({
      arn,
      name: 'renamed',
      tags: {},
    });
  });

  it.each([
    ['throttled', { kind: 'throttle' }],
    ['quota-reached', { kind: 'error', status: 402, name: 'ServiceQuotaExceededException' }],
    ['denied', { kind: 'error', status: 403, name: 'AccessDeniedException' }],
    ['throttled', { kind: 'error', status: 409, name: 'ConflictException' }],
    ['unknown', { kind: 'error', status: 500, name: 'InternalServerException' }],
    ['unknown', { kind: 'lose-answer' }],
  ] as const)('tells %s for %j', async (reason, fault) => {
    emulator.setFaults({ rules: [fault] });
    await expect(create()).rejects.toMatchObject({ name: 'IvsError', reason });
  });

  it('tells that the outcome is unknown when the signal ends the call', async () => {
    emulator.setFaults({ rules: [{ kind: 'hang' }] });
    const call = ivs.createStage({ name: 'one', tags: {} }, AbortSignal.timeout(50));
    await expect(call).rejects.toMatchObject({ reason: 'unknown' });
  });

  it('leaves an unexpected refusal as it is: it is a bug', async () => {
    await expect(ivs.createStage({ name: 'no spaces', tags: {} }, signal())).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});

it('counts each call that IVS refuses for its rate, whatever the operation, and no other failure', async () => {
  const metrics = new MemoryMetrics();
  const counted = countThrottles(connect(2), metrics);
  const calls = new AwsIvsRealTime(counted, counted);
  emulator.setFaults({ rules: [{ kind: 'throttle' }] });
  await expect(calls.listStages(undefined, signal())).rejects.toMatchObject({ reason: 'throttled' });
  expect(metrics.records).toEqual([{ IvsThrottles: 1 }]);
  emulator.setFaults({ rules: [{ kind: 'error', status: 402, name: 'ServiceQuotaExceededException' }] });
  await expect(calls.createStage({ name: 'one', tags: {} }, signal())).rejects.toMatchObject({
    reason: 'quota-reached',
  });
  emulator.setFaults({ rules: [] });
  await calls.listStages(undefined, signal());
  expect(metrics.records).toHaveLength(1);
  counted.destroy();
});

describe('IvsApiTokenIssuer', () => {
  const issue = (arn: string) =>
    new IvsApiTokenIssuer(client, ivs).issue({ arn, name: '', createdAt: '', attemptId: '' }, hostToken, signal());

  it("issues a token with IVS's capabilities, and three attributes for everybody to see", async () => {
    const { arn } = await create();
    const { token = '', expiresAt } = (await issue(arn)) ?? {};
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(payload).toMatchObject({
      user_id: 'ada',
      attributes: { name: 'Ada', role: 'host', capabilities: 'PUBLISH_AUDIO,SUBSCRIBE_VIDEO' },
    });
    expect(Math.round(((expiresAt?.getTime() ?? 0) - Date.now()) / 60_000)).toBe(30);
  });

  it('finds a stage gone that IVS calls missing', async () => {
    const { arn } = await create();
    await ivs.deleteStage(arn, signal());
    expect(await issue(arn)).toBeUndefined();
  });

  it('finds a stage gone when the permission on its tag fails first, as on AWS', async () => {
    const { arn } = await create();
    denied = ['ivs:CreateParticipantToken'];
    await expect(issue(arn)).rejects.toMatchObject({ reason: 'denied' });
    await ivs.deleteStage(arn, signal());
    expect(await issue(arn)).toBeUndefined();
  });
});
