import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { SqsRoomRequests } from '../../../lambdas/adapters/sqs-room-requests.ts';
import { createAuthorizer } from '../../../local/cloud/iam/authorize.ts';
import { startSqs } from '../../../local/cloud/sqs/index.ts';

let sqs: Awaited<ReturnType<typeof startSqs>>;
let client: SQSClient;
let now: number;

beforeEach(async () => {
  now = Date.parse('2026-01-01T00:00:00Z');
  const authorize = createAuthorizer(new Map());
  sqs = await startSqs({ region: 'us-east-1', accountId: '000000000000', authorize, now: () => now });
  client = new SQSClient({
    endpoint: sqs.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'operator', secretAccessKey: 'none' },
  });
});
afterEach(async () => {
  client.destroy();
  await sqs.close();
});

it('gets one request through in five minutes, however many are made', async () => {
  const { url, arn } = sqs.createQueue('room.fifo', { FifoQueue: 'true' });
  const requests = new SqsRoomRequests(client, url);
  for (let i = 0; i < 3; i++) await requests.ask();
  expect(sqs.messages(arn)).toMatchObject({ visible: 1 });
  now += 5 * 60_000;
  await requests.ask();
  expect(sqs.messages(arn)).toMatchObject({ visible: 2 });
});

it('ends a call when the signal says so', async () => {
  const { url } = sqs.createQueue('room.fifo', { FifoQueue: 'true' });
  await expect(new SqsRoomRequests(client, url).ask(AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
});
