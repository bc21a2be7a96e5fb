import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  TransactWriteItemsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type DynamoDbOptions, startDynamoDb } from '../../../../local/cloud/dynamodb/index.ts';
import { createAuthorizer } from '../../../../local/cloud/iam/authorize.ts';

const REGION = 'eu-west-1';
const ACCOUNT = '111122223333';
const TABLE_ARN = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/Profiles`;
const IDLE = { IndexName: 'idle', KeyConditionExpression: 'idle = :all', ExpressionAttributeValues: { ':all': 'all' } };

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(options: Partial<DynamoDbOptions> = {}) {
  const dynamoDb = await startDynamoDb({
    region: REGION,
    accountId: ACCOUNT,
    authorize: createAuthorizer(new Map()),
    ...options,
  });
  cleanUps.push(() => dynamoDb.close());
  return { dynamoDb, client: connect(dynamoDb.url) };
}

function connect(endpoint: string, accessKeyId = 'operator') {
  const client = new DynamoDBClient({
    endpoint,
    region: REGION,
    credentials: { accessKeyId, secretAccessKey: 'none' },
  });
  cleanUps.push(async () => client.destroy());
  return DynamoDBDocumentClient.from(client);
}

function createTable(client: DynamoDBDocumentClient) {
  return client.send(
    new CreateTableCommand({
      TableName: 'Profiles',
      KeySchema: [{ AttributeName: 'userId', KeyType: 'HASH' }],
      AttributeDefinitions: ['userId', 'idle', 'idleHour'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { Enabled: true },
      DeletionProtectionEnabled: false,
      GlobalSecondaryIndexes: [
        {
          IndexName: 'idle',
          KeySchema: [
            { AttributeName: 'idle', KeyType: 'HASH' },
            { AttributeName: 'idleHour', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['version'] },
        },
      ],
    }),
  );
}

async function startWithTable(options: Partial<DynamoDbOptions> = {}) {
  const started = await start(options);
  await createTable(started.client);
  return started;
}

const put = (userId: string, rest: object = {}) => new PutCommand({ TableName: 'Profiles', Item: { userId, ...rest } });
const get = (userId: string, ConsistentRead = false) =>
  new GetCommand({ TableName: 'Profiles', Key: { userId }, ConsistentRead });

describe('tables', () => {
  it('are ready at once and carry the region and the account of the run', async () => {
    const { client } = await startWithTable();
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'Profiles' }));
    expect(Table).toMatchObject({ TableStatus: 'ACTIVE', TableArn: TABLE_ARN });
    expect(Table?.GlobalSecondaryIndexes).toMatchObject([
      { IndexStatus: 'ACTIVE', IndexArn: `${TABLE_ARN}/index/idle` },
    ]);
  });

  it('are gone, with their items and their expiry, once they are deleted', async () => {
    const { client } = await startWithTable();
    await client.send(put('ada'));
    const TimeToLiveSpecification = { Enabled: true, AttributeName: 'expiresAt' };
    await client.send(new UpdateTimeToLiveCommand({ TableName: 'Profiles', TimeToLiveSpecification }));
    await client.send(new DeleteTableCommand({ TableName: 'Profiles' }));
    await expect(client.send(get('ada'))).rejects.toThrow('Requested resource not found');
    await createTable(client);
    expect((await client.send(new ScanCommand({ TableName: 'Profiles' }))).Count).toBe(0);
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: 'Profiles' }));
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'DISABLED' });
  });

  it('keep their items in a directory over a restart', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'dynamodb-test-'));
    cleanUps.push(() => rm(directory, { recursive: true }));
    const { dynamoDb, client } = await startWithTable({ directory });
    await client.send(put('ada', { idle: 'all', idleHour: '1' }));
    await dynamoDb.close();
    cleanUps.splice(1, 1);
    const restarted = await start({ directory });
    expect((await restarted.client.send(get('ada'))).Item).toEqual({ userId: 'ada', idle: 'all', idleHour: '1' });
    expect((await restarted.client.send(new QueryCommand({ TableName: 'Profiles', ...IDLE }))).Count).toBe(1);
  });
});

describe('items', () => {
  it('are written under a condition by exactly one of fifty at the same time', async () => {
    const { client } = await startWithTable();
    await client.send(put('ada', { version: 0 }));
    const update = () =>
      client.send(
        new UpdateCommand({
          TableName: 'Profiles',
          Key: { userId: 'ada' },
          UpdateExpression: 'SET version = version + :one',
          ConditionExpression: 'version = :zero',
          ExpressionAttributeValues: { ':one': 1, ':zero': 0 },
        }),
      );
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, update));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await client.send(get('ada'))).Item).toEqual({ userId: 'ada', version: 1 });
  });

  it('come back with a failed condition when asked for', async () => {
    const { client } = await startWithTable();
    await client.send(put('ada', { version: 7 }));
    const deletion = new DeleteCommand({
      TableName: 'Profiles',
      Key: { userId: 'ada' },
      ConditionExpression: 'attribute_not_exists(userId)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await expect(client.send(deletion)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      Item: { userId: { S: 'ada' }, version: { N: '7' } },
    });
  });

  it('enter, move within and leave a sparse index with their key attributes', async () => {
    const { client } = await startWithTable();
    const query = async (rest: object = {}) =>
      (await client.send(new QueryCommand({ TableName: 'Profiles', ...IDLE, ...rest }))).Items?.map(
        ({ userId }) => userId,
      );
    for (const [userId, idleHour] of Object.entries({ ada: '2', grace: '1', joan: '3' })) {
      await client.send(put(userId, { idle: 'all', idleHour }));
    }
    expect(await query()).toEqual(['grace', 'ada', 'joan']);
    await client.send(put('grace', { idle: 'all', idleHour: '4' }));
    await client.send(put('joan'));
    expect(await query({ ScanIndexForward: false })).toEqual(['grace', 'ada']);
    const page = await client.send(new QueryCommand({ TableName: 'Profiles', ...IDLE, Limit: 1 }));
    expect(await query({ ExclusiveStartKey: page.LastEvaluatedKey })).toEqual(['grace']);
  });

  it('are written and read in batches', async () => {
    const { client } = await startWithTable();
    const RequestItems = { Profiles: ['a', 'b', 'c'].map((userId) => ({ PutRequest: { Item: { userId } } })) };
    await client.send(new BatchWriteCommand({ RequestItems }));
    const Keys = ['a', 'b', 'c', 'd'].map((userId) => ({ userId }));
    const { Responses } = await client.send(new BatchGetCommand({ RequestItems: { Profiles: { Keys } } }));
    expect(Responses?.Profiles?.map(({ userId }) => userId).sort()).toEqual(['a', 'b', 'c']);
  });

  it('are deleted once their time to live has passed, and not before', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const { dynamoDb, client } = await startWithTable({ now: () => now });
    const TimeToLiveSpecification = { Enabled: true, AttributeName: 'expiresAt' };
    await client.send(new UpdateTimeToLiveCommand({ TableName: 'Profiles', TimeToLiveSpecification }));
    await client.send(put('ada', { expiresAt: now / 1000 + 60, idle: 'all', idleHour: '1' }));
    await client.send(put('grace', { expiresAt: 'never' }));
    await dynamoDb.deleteExpired();
    expect((await client.send(get('ada'))).Item).toBeDefined();
    now += 60_001;
    await dynamoDb.deleteExpired();
    expect((await client.send(new ScanCommand({ TableName: 'Profiles' }))).Items).toMatchObject([{ userId: 'grace' }]);
    expect((await client.send(new QueryCommand({ TableName: 'Profiles', ...IDLE }))).Count).toBe(0);
  });
});

describe('what is not emulated', () => {
  it('is refused by name', async () => {
    const { client } = await startWithTable();
    const transaction = new TransactWriteItemsCommand({
      TransactItems: [{ Delete: { TableName: 'Profiles', Key: { userId: { S: 'ada' } } } }],
    });
    await expect(client.send(transaction)).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: 'DynamoDB TransactWriteItems is not emulated',
    });
  });
});

describe('IAM', () => {
  const allow = (Action: string, Resource: string, Condition = {}) => ({
    arn: 'arn:aws:sts::111122223333:assumed-role/Role/function',
    policies: [{ Statement: [{ Effect: 'Allow', Action, Resource, Condition }] }],
  });
  const startAs = async (principal: ReturnType<typeof allow>) => {
    const { dynamoDb, client } = await startWithTable({ authorize: createAuthorizer(new Map([['key', principal]])) });
    return { dynamoDb, operator: client, client: connect(dynamoDb.url, 'key') };
  };

  it('allows what the policy grants and refuses the rest in the words of AWS', async () => {
    const { client, dynamoDb } = await startAs(allow('dynamodb:GetItem', TABLE_ARN));
    await client.send(get('ada'));
    await expect(client.send(put('ada'))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        `User: arn:aws:sts::111122223333:assumed-role/Role/function is not authorized to perform: dynamodb:PutItem ` +
        `on resource: ${TABLE_ARN} because no identity-based policy allows the dynamodb:PutItem action`,
    });
    expect(dynamoDb.calls.filter(({ accessKeyId }) => accessKeyId === 'key').map(({ operation }) => operation)).toEqual(
      ['GetItem', 'PutItem'],
    );
  });

  it('asks for an index by the ARN of the index', async () => {
    const { client } = await startAs(allow('dynamodb:Query', `${TABLE_ARN}/index/*`));
    await client.send(new QueryCommand({ TableName: 'Profiles', ...IDLE }));
    const KeyConditionExpression = 'userId = :all';
    const query = new QueryCommand({ ...IDLE, TableName: 'Profiles', IndexName: undefined, KeyConditionExpression });
    await expect(client.send(query)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('knows the leading keys of items, batches and queries', async () => {
    const Condition = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['ada'] } };
    const { client } = await startAs(allow('dynamodb:*', TABLE_ARN, Condition));
    const batch = (...userIds: string[]) =>
      client.send(new BatchGetCommand({ RequestItems: { Profiles: { Keys: userIds.map((userId) => ({ userId })) } } }));
    const query = (userId: string) =>
      client.send(
        new QueryCommand({
          TableName: 'Profiles',
          KeyConditionExpression: 'userId = :user',
          ExpressionAttributeValues: { ':user': userId },
        }),
      );
    await Promise.all([client.send(put('ada')), client.send(get('ada')), batch('ada'), query('ada')]);
    for (const refused of [
      client.send(put('grace')),
      client.send(get('grace')),
      batch('ada', 'grace'),
      query('grace'),
    ]) {
      await expect(refused).rejects.toMatchObject({ name: 'AccessDeniedException' });
    }
  });
});

describe('faults', () => {
  it('lose the answer of an applied write, and the SDK sends it again', async () => {
    const { dynamoDb, client } = await startWithTable();
    let lost = 0;
    dynamoDb.faults = { loseAnswer: ({ operation }) => operation === 'UpdateItem' && lost++ === 0 };
    const { Attributes } = await client.send(
      new UpdateCommand({
        TableName: 'Profiles',
        Key: { userId: 'ada' },
        UpdateExpression: 'ADD logins :one',
        ExpressionAttributeValues: { ':one': 1 },
        ReturnValues: 'ALL_NEW',
      }),
    );
    expect(Attributes).toEqual({ userId: 'ada', logins: 2 });
  });

  it('leave a part of a batch unprocessed', async () => {
    const { client } = await startWithTable({ faults: { unprocessedKeys: () => true } });
    for (const userId of ['a', 'b', 'c']) await client.send(put(userId));
    const rest = { ProjectionExpression: '#id', ExpressionAttributeNames: { '#id': 'userId' }, ConsistentRead: true };
    const RequestItems = { Profiles: { Keys: ['a', 'b', 'c'].map((userId) => ({ userId })), ...rest } };
    const { Responses, UnprocessedKeys } = await client.send(new BatchGetCommand({ RequestItems }));
    expect(Responses?.Profiles?.map(({ userId }) => userId).sort()).toEqual(['a', 'c']);
    expect(UnprocessedKeys).toEqual({ Profiles: { Keys: [{ userId: 'b' }], ...rest } });
  });

  it('show an item as it was before its last write, unless the read is consistent', async () => {
    const { client } = await startWithTable({ faults: { staleReads: () => true } });
    await client.send(put('ada', { version: 1 }));
    expect((await client.send(get('ada'))).Item).toBeUndefined();
    await client.send(put('ada', { version: 2 }));
    expect((await client.send(get('ada'))).Item).toEqual({ userId: 'ada', version: 1 });
    expect((await client.send(get('ada', true))).Item).toEqual({ userId: 'ada', version: 2 });
    const Keys = [{ userId: 'ada' }];
    const batch = await client.send(new BatchGetCommand({ RequestItems: { Profiles: { Keys } } }));
    expect(batch.Responses?.Profiles).toEqual([{ userId: 'ada', version: 1 }]);
  });

  it('show no item older than asked for', async () => {
    let now = 1_000;
    const { client } = await startWithTable({ now: () => now, faults: { staleReads: 500 } });
    await client.send(put('ada'));
    now += 500;
    expect((await client.send(get('ada'))).Item).toBeUndefined();
    now += 1;
    expect((await client.send(get('ada'))).Item).toEqual({ userId: 'ada' });
  });

  it('let an index miss the last write of each item, never show an item twice', async () => {
    const { dynamoDb, client } = await startWithTable({ faults: { indexLag: () => true } });
    const query = async (rest: object = {}) =>
      (await client.send(new QueryCommand({ TableName: 'Profiles', ...IDLE, ...rest }))).Items?.map(
        ({ userId, idleHour }) => `${userId}@${idleHour}`,
      );
    for (const idleHour of ['1', '2', '3']) await client.send(put('ada', { idle: 'all', idleHour }));
    await client.send(put('grace', { idle: 'all', idleHour: '1' }));
    await client.send(put('grace', { idle: 'all', idleHour: '5' }));
    expect(await query()).toEqual(['grace@1', 'ada@2']);
    expect(await query({ ScanIndexForward: false, Limit: 1 })).toEqual(['ada@2']);
    dynamoDb.faults = {};
    expect(await query()).toEqual(['ada@3', 'grace@5']);
  });

  it('never go back further than the last write, also when they are set again', async () => {
    const faults = { staleReads: () => true };
    const { dynamoDb, client } = await startWithTable({ faults });
    await client.send(put('ada', { version: 1 }));
    dynamoDb.faults = {};
    await client.send(put('ada', { version: 2 }));
    dynamoDb.faults = faults;
    expect((await client.send(get('ada'))).Item).toEqual({ userId: 'ada', version: 2 });
  });
});
