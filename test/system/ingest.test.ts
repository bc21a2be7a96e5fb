import { DynamoDBClient, ListTablesCommand, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { IVSRealTimeClient, ListIngestConfigurationsCommand } from '@aws-sdk/client-ivs-realtime';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { IngestsPage, OpenedIngest, OpenIngestRequest } from '../../contract/stages.ts';
import {
  eventually,
  expectNoSecretsIn,
  type LocalSystem,
  startLocalSystem,
  type User,
} from '../support/local-system.ts';

const DAY_MS = 86_400_000;
const inAMonth = () => new Date(Date.now() + 31 * DAY_MS).toISOString();

let system: LocalSystem;
let dynamoDb: DynamoDBClient;
let ivs: IVSRealTimeClient;
const streamKeys: string[] = [];
beforeAll(async () => {
  system = await startLocalSystem();
  const { Region, DynamoDbEndpoint, IvsEndpoint } = system.cloud.outputs;
  const config = { region: String(Region), credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' } };
  dynamoDb = new DynamoDBClient({ ...config, endpoint: String(DynamoDbEndpoint) });
  ivs = new IVSRealTimeClient({ ...config, endpoint: String(IvsEndpoint) });
}, 30_000);
afterAll(async () => {
  dynamoDb.destroy();
  ivs.destroy();
  await system.close();
});

async function open(user: User, request: OpenIngestRequest = {}): Promise<OpenedIngest> {
  const { status, body } = await user.post('/me/stage/ingests', request);
  expect({ status, code: body.code }).toEqual({ status: 201, code: undefined });
  const opened = body as unknown as OpenedIngest;
  streamKeys.push(opened.streamKey);
  return opened;
}
const list = async (user: User) => ((await user.get('/me/stage/ingests')).body as unknown as IngestsPage).ingests;
const close = (user: User, { ingestId }: OpenedIngest) => user.delete(`/me/stage/ingests/${ingestId}`);
const inIvs = async () => (await ivs.send(new ListIngestConfigurationsCommand({}))).ingestConfigurations ?? [];
const isLive = async (user: User) => (await user.get('/me/stage')).body.live;
const countCalls = () => system.cloud.ivs.calls.length;

const tableNames = async () => (await dynamoDb.send(new ListTablesCommand({}))).TableNames ?? [];

/** As if the time of the request that reserved the slot were over. */
async function endReservation({ userId }: User): Promise<void> {
  const TableName = (await tableNames()).find((name) => name.includes('StageMembers'));
  const Key = { ownerId: { S: userId }, memberKey: { S: 'ingest#slot' } };
  await dynamoDb.send(
    new UpdateItemCommand({
      TableName,
      Key,
      UpdateExpression: 'SET #until = :over',
      ExpressionAttributeNames: { '#until': 'until' },
      ExpressionAttributeValues: { ':over': { N: '0' } },
    }),
  );
}

/** What an encoder with the stream key would bring about. */
async function broadcast({ ingestId }: OpenedIngest): Promise<void> {
  const { arn = '' } = (await inIvs()).find((ingest) => ingest.arn?.endsWith(`/${ingestId}`)) ?? {};
  system.cloud.ivs.setIngestPublishing(arn, true);
}

it('an encoder publishes with the key of an ingest, as the host, until the ingest is deleted', async () => {
  const ada = await system.signIn('ada');
  const opened = await open(ada);
  const { streamKey, ...shown } = opened;
  expect(opened).toMatchObject({ protocol: 'RTMPS', server: expect.stringMatching(/^rtmps:\/\//) });
  const calls = countCalls();
  expect(await list(ada)).toEqual([shown]);
  expect(countCalls()).toBe(calls);
  expect(await inIvs()).toMatchObject([{ name: `user-${ada.userId}-ingest`, userId: ada.userId, state: 'INACTIVE' }]);

  await broadcast(opened);
  await eventually(() => isLive(ada));
  expect(await system.cleanUp({ time: inAMonth() })).toMatchObject({ ingests: { dangling: 0, failed: 0 } });
  expect(await isLive(ada)).toBe(true);

  const second = await ada.post('/me/stage/ingests');
  expect({ status: second.status, code: second.body.code }).toEqual({ status: 409, code: 'INGEST_EXISTS' });
  expect((await close(ada, opened)).status).toBe(204);
  await eventually(async () => !(await isLive(ada)));
  expect(await list(ada)).toEqual([]);
  expect(await inIvs()).toEqual([]);
  expect((await close(ada, opened)).body.code).toBe('NOT_FOUND');
  expect(streamKey).not.toBe('');
}, 30_000);

it('two ingests that are opened at once are one', async () => {
  const grace = await system.signIn('grace');
  const answers = await Promise.all([1, 2, 3].map(() => grace.post('/me/stage/ingests', { protocol: 'RTMP' })));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  const opened = answers.find(({ status }) => status === 201)?.body as unknown as OpenedIngest;
  streamKeys.push(opened.streamKey);
  expect(opened).toMatchObject({ protocol: 'RTMP', server: expect.stringMatching(/^rtmp:\/\//) });
  expect(await inIvs()).toMatchObject([{ ingestProtocol: 'RTMP', userId: grace.userId }]);
}, 30_000);

it('an ingest whose CreateIngestConfiguration was not answered is replaced by the next', async () => {
  await system.register('hedy');
  const hedy = await system.signIn('hedy');
  system.cloud.ivs.setFaults({ rules: [{ kind: 'lose-answer', operations: ['CreateIngestConfiguration'] }] });
  const { status, body, headers } = await hedy.post('/me/stage/ingests');
  expect({ status, code: body.code }).toEqual({ status: 503, code: 'UPSTREAM_THROTTLED' });
  expect(headers.get('retry-after')).toBe('12');
  system.cloud.ivs.setFaults({ rules: [] });
  const ofHedy = async () => (await inIvs()).filter(({ userId }) => userId === hedy.userId);
  expect(await ofHedy()).toHaveLength(1);
  const [lost] = await ofHedy();
  await endReservation(hedy);
  const { ingestId } = await open(hedy);
  expect((await ofHedy()).map(({ arn }) => arn?.split('/')[1])).toEqual([ingestId]);
  expect(lost?.arn).not.toContain(ingestId);
}, 30_000);

it('a stage that is removed takes its ingest along', async () => {
  expect(await inIvs()).toHaveLength(2);
  const calls = countCalls();
  const report = await system.cleanUp({ time: inAMonth() });
  // A session goes on for minutes after the broadcast.
  expect(report).toMatchObject({ stale: { removed: 2, 'in-session': 1 }, ingests: { dangling: 0, failed: 0 } });
  const made = system.cloud.ivs.calls.slice(calls).map(({ operation }) => operation);
  expect(await inIvs()).toEqual([]);
  expect(made.filter((operation) => operation === 'DeleteStage')).toHaveLength(2);
  expect(made.filter((operation) => /Ingest/.test(operation)).sort()).toEqual([
    'DeleteIngestConfiguration',
    'DeleteIngestConfiguration',
    'ListIngestConfigurations',
  ]);
}, 30_000);

it('a user who deletes themselves takes their ingest along, which ends its broadcast', async () => {
  const ada = await system.signIn('ada');
  await ada.put('/me/stage');
  await broadcast(await open(ada));
  // She has made more requests by now than five at once.
  await eventually(async () => (await ada.delete('/me')).status === 204);
  expect(await inIvs()).toEqual([]);
}, 30_000);

it('no stream key is in a log line or a table, and nothing was asked for that is not granted', async () => {
  const grace = await system.signIn('grace');
  await grace.put('/me/stage');
  await open(grace);
  const TableNames = await tableNames();
  const items = await Promise.all(TableNames.map((TableName) => dynamoDb.send(new ScanCommand({ TableName }))));
  expect(JSON.stringify(items)).toContain('ingest#slot');
  expect(streamKeys).toHaveLength(5);
  expectNoSecretsIn([...system.logLines, JSON.stringify(items)], streamKeys);
  expect(system.denials).toEqual([]);
}, 30_000);
