import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { dynamoDbClient } from '../../../lambdas/adapters/aws-clients.ts';

const VARIABLES = ['AWS_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ENDPOINT_URL'] as const;
const before = VARIABLES.map((name) => process.env[name]);
let server: Server;
let requests = 0;

beforeEach(async () => {
  server = createServer(() => {
    requests += 1;
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
  expect(requests).toBeGreaterThanOrEqual(2);
}, 10_000);
