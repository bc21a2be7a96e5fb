import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import { CreateStageCommand, GetStageCommand } from '@aws-sdk/client-ivs-realtime';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import {
  cognitoClient,
  dynamoDbClient,
  ivsClient,
  ivsClientForCreation,
} from '../../../lambdas/adapters/aws-clients.ts';

const VARIABLES = ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ENDPOINT_URL'] as const;
const before = VARIABLES.map((name) => process.env[name]);
let server: Server;
const requests: IncomingMessage[] = [];
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  requests.length = 0;
  answer = () => undefined;
  server = createServer((request, response) => {
    requests.push(request);
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
  });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  for (const [i, name] of VARIABLES.entries()) {
    const value = before[i];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

it('tries DynamoDB a second time within the 3 s of a sign-in when it does not answer', async () => {
  const read = dynamoDbClient().send(new GetCommand({ TableName: 'Profiles', Key: { userId: 'ada' } }), {
    abortSignal: AbortSignal.timeout(3_000),
  });
  await expect(read).rejects.toThrow();
  expect(requests.length).toBeGreaterThanOrEqual(2);
}, 10_000);

const ARN = 'arn:aws:ivs:us-east-1:000000000000:stage/abcdABCDefgh';
const refuse = (status: number, name: string) => (response: ServerResponse) =>
  void response.writeHead(status, { 'x-amzn-errortype': name, 'content-type': 'application/json' }).end('{}');

it.each([
  ['makes a second try of a call that failed in passing', 500, 'InternalServerException', 2],
  ['makes no second try of a call that was throttled', 400, 'ThrottlingException', 1],
])('%s', async (_what, status, name, tries) => {
  answer = refuse(status, name);
  await expect(ivsClient().send(new GetStageCommand({ arn: ARN }))).rejects.toMatchObject({ name });
  expect(requests).toHaveLength(tries);
});

it('makes one try of CreateStage, on a connection that is not used again', async () => {
  answer = refuse(500, 'InternalServerException');
  await expect(ivsClientForCreation().send(new CreateStageCommand({}))).rejects.toThrow();
  expect(requests.map(({ headers }) => headers.connection)).toEqual(['close']);
});

it('waits and asks the user pool again when it throttles', async () => {
  answer = (response) =>
    requests.length < 3
      ? refuse(400, 'TooManyRequestsException')(response)
      : void response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end('{"Users":[]}');
  expect(await cognitoClient().send(new ListUsersCommand({ UserPoolId: 'us-east-1_Test12345' }))).toMatchObject({
    Users: [],
  });
  expect(requests).toHaveLength(3);
}, 10_000);
