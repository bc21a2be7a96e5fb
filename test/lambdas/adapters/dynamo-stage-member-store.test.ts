import { BatchWriteCommand, PutCommand, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { DynamoStageMemberStore } from '../../../lambdas/adapters/dynamo-stage-member-store.ts';
import { type LocalTables, startLocalTables } from '../../support/local-tables.ts';

let tables: LocalTables;
beforeAll(async () => {
  tables = await startLocalTables();
});
afterAll(() => tables.close());

const store = () => new DynamoStageMemberStore(tables.client, tables.stageMembers);
const rows = async () => {
  const { Items = [] } = await tables.client.send(new ScanCommand({ TableName: tables.stageMembers }));
  return Items.map(({ ownerId, memberKey }) => `${ownerId}/${memberKey}`).sort();
};
const addRows = async (ownerId: string, count: number) => {
  for (let i = 0; i < count; i++) {
    const Item = { ownerId, memberKey: `burnt#${i}` };
    await tables.client.send(new PutCommand({ TableName: tables.stageMembers, Item }));
  }
};

it('deletes all rows of one owner, page by page, and may be asked again', async () => {
  await addRows('ada', 60);
  await addRows('grace', 1);
  const before = tables.dynamoDb.calls.length;
  await store().deleteAllOf('ada');
  const operations = tables.dynamoDb.calls.slice(before).map(({ operation }) => operation);
  expect(operations.filter((operation) => operation === 'BatchWriteItem')).toHaveLength(3);
  expect(await rows()).toEqual(['grace/burnt#0']);
  await store().deleteAllOf('ada');
});

it('leaves the rate of a user, or deleting oneself would lift its limit', async () => {
  const Item = { ownerId: 'mary', memberKey: 'rate#mary' };
  await tables.client.send(new PutCommand({ TableName: tables.stageMembers, Item }));
  await addRows('mary', 1);
  await store().deleteAllOf('mary');
  expect((await rows()).filter((row) => row.startsWith('mary/'))).toEqual(['mary/rate#mary']);
});

it('asks again for rows that were not processed, and gives up after the third time', async () => {
  const busy = mockClient(tables.client);
  busy.on(QueryCommand).resolves({ Items: [{ ownerId: 'ada', memberKey: 'burnt#0' }] });
  busy.on(BatchWriteCommand).callsFake(({ RequestItems }) => ({ UnprocessedItems: RequestItems }));
  await expect(store().deleteAllOf('ada')).rejects.toMatchObject({ code: 'UPSTREAM_THROTTLED' });
  expect(busy.commandCalls(BatchWriteCommand)).toHaveLength(3);
  busy.restore();
});
