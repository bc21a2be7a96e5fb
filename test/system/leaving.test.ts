import { AdminDeleteUserCommand, CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient, ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type LocalSystem, startLocalSystem } from '../support/local-system.ts';

const DAY_MS = 86_400_000;
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();

let system: LocalSystem;
let dynamoDb: DynamoDBClient;
let cognito: CognitoIdentityProviderClient;
beforeAll(async () => {
  system = await startLocalSystem();
  const { Region, DynamoDbEndpoint, CognitoEndpoint } = system.cloud.outputs;
  const config = { region: String(Region), credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' } };
  dynamoDb = new DynamoDBClient({ ...config, endpoint: String(DynamoDbEndpoint) });
  cognito = new CognitoIdentityProviderClient({ ...config, endpoint: String(CognitoEndpoint) });
}, 30_000);
afterAll(async () => {
  dynamoDb.destroy();
  cognito.destroy();
  await system.close();
});

const memberTable = async () => {
  const { TableNames = [] } = await dynamoDb.send(new ListTablesCommand({}));
  return TableNames.find((name) => name.includes('StageMembers')) ?? '';
};
async function ban(ownerId: string): Promise<void> {
  const requests = [{ PutRequest: { Item: { ownerId, memberKey: 'ban#troll' } } }];
  const command = new BatchWriteCommand({ RequestItems: { [await memberTable()]: requests } });
  await DynamoDBDocumentClient.from(dynamoDb).send(command);
}
const countBans = async () => {
  const { Items = [] } = await dynamoDb.send(new ScanCommand({ TableName: await memberTable() }));
  return Items.filter(({ memberKey }) => memberKey?.S?.startsWith('ban#')).length;
};

it('a user who deletes themselves leaves nothing, and is welcome again', async () => {
  const ada = await system.signIn('ada');
  await ban(ada.userId);
  for (const attempt of ['deletes', 'has nothing to delete']) {
    const { status, body } = await ada.delete('/me');
    expect({ attempt, status, body }).toEqual({ attempt, status: 204, body: {} });
  }
  expect(await system.profile(ada.userId)).toBeUndefined();
  expect(system.cloud.ivs.stages()).toEqual([]);
  expect(await countBans()).toBe(0);
  expect((await ada.put('/me/stage')).status).toBe(200);
}, 30_000);

it('a user who is gone from the user pool is forgotten after two runs a day apart', async () => {
  const grace = await system.signIn('grace');
  await ban(grace.userId);
  const UserPoolId = String(system.cloud.outputs.UserPoolId);
  await cognito.send(new AdminDeleteUserCommand({ UserPoolId, Username: 'grace' }));
  expect(await system.cleanUp({ time: inDays(31) })).toMatchObject({ users: { absent: 1, forgotten: 0, failed: 0 } });
  expect(await system.profile(grace.userId)).toMatchObject({ absentSince: expect.any(String) });
  expect(await system.cleanUp({ time: inDays(33) })).toMatchObject({ users: { absent: 1, forgotten: 1, failed: 0 } });
  expect(await system.profile(grace.userId)).toBeUndefined();
  expect(await countBans()).toBe(0);
}, 30_000);

it('all of it within the permissions of its functions', () => {
  expect(system.denials).toEqual([]);
});
