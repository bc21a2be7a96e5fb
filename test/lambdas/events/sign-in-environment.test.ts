import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { PostAuthenticationTriggerEvent } from 'aws-lambda';

/** AWS, as far as this goes: it counts calls, and refuses them for good. */
const calls: string[] = [];
let aws: Server;
let variables: Readonly<Record<string, string>>;

beforeAll(async () => {
  aws = createServer((request, response) => {
    calls.push(String(request.headers['x-amz-target']));
    response.writeHead(400, { 'content-type': 'application/json' }).end('{"__type":"ValidationException"}');
  });
  await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
  variables = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    DEPLOYMENT_NAME: 'Stagedoor',
    PROFILES_TABLE_NAME: 'Profiles',
    STAGE_OWNERS_TABLE_NAME: 'StageOwners',
    PROVISIONING_QUEUE_URL: 'http://127.0.0.1/queue.fifo',
    ROOM_QUEUE_URL: 'http://127.0.0.1/room',
    INITIAL_VISIBILITY: 'public',
    STAGE_CHECK_DAYS: '5',
    STALE_AFTER_DAYS: '30',
    TOKEN_MINUTES: '60',
    TOKEN_ISSUER: 'key-pair',
    STAGE_QUOTA: '1000',
    USER_POOL_CLIENT_ID: 'client',
  };
  Object.assign(process.env, variables);
});
afterAll(() => {
  aws.closeAllConnections();
  aws.close();
  for (const name of Object.keys(variables)) delete process.env[name];
});

it('acts on sign-ins to the app client of its environment only', async () => {
  const { handler } = await import('../../../lambdas/events/sign-in/index.ts');
  await handler(signInTo('client-of-another-application'));
  expect(calls).toEqual([]);
  await handler(signInTo('client'));
  expect(calls).not.toEqual([]);
});

const signInTo = (clientId: string): PostAuthenticationTriggerEvent => ({
  version: '1',
  region: 'us-east-1',
  userPoolId: 'us-east-1_pool',
  userName: 'ada',
  callerContext: { awsSdkVersion: '', clientId },
  triggerSource: 'PostAuthentication_Authentication',
  request: { userAttributes: { sub: 'ada' }, newDeviceUsed: false },
  response: {},
});
