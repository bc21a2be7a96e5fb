import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { beforeEach, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { SqsProvisioningQueue } from '../../../lambdas/adapters/sqs-provisioning-queue.ts';

const sqs = mockClient(SQSClient);
const queue = new SqsProvisioningQueue(
  new SQSClient({ region: 'us-east-1' }),
  'https://sqs.us-east-1.amazonaws.com/000000000000/queue.fifo',
);
beforeEach(() => {
  sqs.reset();
  sqs.on(SendMessageCommand).resolves({});
  sqs.on(ChangeMessageVisibilityCommand).resolves({});
});

const sent = () => sqs.commandCalls(SendMessageCommand).map(({ args }) => args[0].input);

it('sends a wait once, however often it is sent: SQS drops what has the same user and time', async () => {
  const message = { userId: 'ada', queuedAt: '2026-01-01T00:00:00.000Z' };
  await queue.send(message);
  await queue.send(message);
  await queue.send({ ...message, queuedAt: '2026-01-01T00:00:00.001Z' });
  const ids = sent().map(({ MessageDeduplicationId }) => MessageDeduplicationId);
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
  expect(new Set(sent().map(({ MessageGroupId }) => MessageGroupId)).size).toBe(1);
  expect(JSON.parse(sent()[0]?.MessageBody ?? '')).toEqual(message);
});

it('keeps within the 128 characters of a deduplication id for the longest user id', async () => {
  await queue.send({ userId: 'x'.repeat(117), queuedAt: '2199-01-01T00:00:00.000Z' });
  expect(sent()[0]?.MessageDeduplicationId?.length).toBeLessThanOrEqual(128);
});

it('counts what waits and what is being worked on', async () => {
  sqs.on(GetQueueAttributesCommand).resolves({
    Attributes: { ApproximateNumberOfMessages: '40', ApproximateNumberOfMessagesNotVisible: '2' },
  });
  expect(await queue.backlog()).toBe(42);
});

it('lets a message come back after some seconds', async () => {
  await queue.comeBackAfter('receipt', 5);
  expect(sqs.commandCalls(ChangeMessageVisibilityCommand)[0]?.args[0].input).toMatchObject({
    ReceiptHandle: 'receipt',
    VisibilityTimeout: 5,
  });
});

it('ends a call when the signal says so', async () => {
  sqs.restore();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const real = new SqsProvisioningQueue(
    new SQSClient({ region: 'us-east-1', credentials }),
    'https://sqs.us-east-1.amazonaws.com/000000000000/q.fifo',
  );
  const over = AbortSignal.abort();
  await expect(real.send({ userId: 'ada', queuedAt: '2026-01-01T00:00:00Z' }, over)).rejects.toMatchObject({
    name: 'AbortError',
  });
  await expect(real.backlog(over)).rejects.toMatchObject({ name: 'AbortError' });
});
