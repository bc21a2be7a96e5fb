import { GetIngestConfigurationCommand, IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AwsIvsIngests } from '../../../lambdas/adapters/ivs-ingests.ts';
import { AwsIvsRealTime } from '../../../lambdas/adapters/ivs-real-time.ts';
import type { CreateIngestRequest } from '../../../lambdas/stages/ports.ts';
import { type IvsEmulator, startIvsEmulator } from '../../../local/ivs/index.ts';

let emulator: IvsEmulator;
let client: IVSRealTimeClient;
let ingests: AwsIvsIngests;
let stageArn: string;

beforeAll(async () => {
  emulator = await startIvsEmulator({ quotas: 'off' });
  client = new IVSRealTimeClient({
    endpoint: emulator.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  ingests = new AwsIvsIngests(client, client);
});
beforeEach(async () => {
  stageArn = await openStage();
});
afterEach(async () => {
  emulator.setFaults({ rules: [] });
  const { ingests: left } = await ingests.list(undefined, undefined, signal());
  for (const { arn } of left) await ingests.delete(arn, signal());
});
afterAll(async () => {
  client.destroy();
  await emulator.close();
});

const signal = () => AbortSignal.timeout(5_000);
const openStage = async () =>
  (await new AwsIvsRealTime(client, client).createStage({ name: 'one', tags: {} }, signal())).arn;
const create = (request: Partial<CreateIngestRequest> = {}) =>
  ingests.create(
    {
      name: 'user-ada-ingest',
      stageArn,
      protocol: 'RTMPS',
      tags: { a: 'b' },
      userId: 'ada',
      displayName: 'Ada',
      role: 'host',
      capabilities: ['PUBLISH_AUDIO', 'SUBSCRIBE_VIDEO'],
      ...request,
    },
    signal(),
  );
const read = async (arn: string) => (await client.send(new GetIngestConfigurationCommand({ arn }))).ingestConfiguration;

describe('AwsIvsIngests', () => {
  it.each(['RTMPS', 'RTMP'] as const)(
    'makes an ingest for %s, with tags and the attributes of a token',
    async (protocol) => {
      const { arn, participantId, streamKey } = await create({ protocol });
      expect(await read(arn)).toMatchObject({
        name: 'user-ada-ingest',
        ingestProtocol: protocol,
        stageArn,
        userId: 'ada',
        attributes: { name: 'Ada', role: 'host', capabilities: 'PUBLISH_AUDIO,SUBSCRIBE_VIDEO' },
        participantId,
        streamKey,
        tags: { a: 'b' },
      });
      expect(await ingests.tagsOf(arn, signal())).toEqual({ a: 'b' });
    },
  );

  it('deletes one that is publishing, and one that is gone without complaint', async () => {
    const { arn } = await create();
    emulator.setIngestPublishing(arn, true);
    await ingests.delete(arn, signal());
    await expect(ingests.delete(arn, signal())).resolves.toBeUndefined();
    expect(await ingests.tagsOf(arn, signal())).toBeUndefined();
  });

  it('lists those of one stage or all, of which the region allows a hundred', async () => {
    const { arn } = await create();
    await create({ stageArn: await openStage() });
    expect(await ingests.list(stageArn, undefined, signal())).toEqual({
      ingests: [{ arn, name: 'user-ada-ingest', stageArn, userId: 'ada' }],
    });
    for (let made = 2; made < 100; made++) await create();
    const all = await ingests.list(undefined, undefined, signal());
    expect(all.ingests).toHaveLength(100);
    expect(all.cursor).toBeUndefined();
    await expect(create()).rejects.toMatchObject({ name: 'IvsError', reason: 'quota-reached' });
  });

  it.each([
    ['throttled', { kind: 'throttle' }],
    ['denied', { kind: 'error', status: 403, name: 'AccessDeniedException' }],
    ['unknown', { kind: 'error', status: 500, name: 'InternalServerException' }],
    ['unknown', { kind: 'lose-answer' }],
  ] as const)('tells %s for %j, whatever the call', async (reason, fault) => {
    const { arn } = await create();
    emulator.setFaults({ rules: [fault] });
    const calls: (() => Promise<unknown>)[] = [
      () => create(),
      () => ingests.tagsOf(arn, signal()),
      () => ingests.list(undefined, undefined, signal()),
      () => ingests.delete(arn, signal()),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ name: 'IvsError', reason });
  });
});
