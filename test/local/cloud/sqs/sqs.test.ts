import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import { createAuthorizer, type Principal } from '../../../../local/cloud/iam/authorize.ts';
import type { InvokeResult } from '../../../../local/cloud/lambda/index.ts';
import { type SqsOptions, startSqs } from '../../../../local/cloud/sqs/index.ts';

const REGION = 'eu-west-1';
const ACCOUNT = '111122223333';
const DEAD_LETTERS = `arn:aws:sqs:${REGION}:${ACCOUNT}:dead.fifo`;

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Starts SQS with the queue `work` (or `work.fifo`), and a clock that stands still. */
async function start(attributes: Record<string, string> = {}, options: Partial<SqsOptions> = {}) {
  const clock = { now: Date.parse('2026-01-01T00:00:00Z') };
  const authorize = createAuthorizer(new Map());
  const sqs = await startSqs({ region: REGION, accountId: ACCOUNT, authorize, now: () => clock.now, ...options });
  cleanUps.push(() => sqs.close());
  const { url: QueueUrl, arn } = sqs.createQueue(attributes.FifoQueue ? 'work.fifo' : 'work', attributes);
  const client = connect(sqs.url);
  const receive = async (rest: object = {}) =>
    (await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...rest }))).Messages ?? [];
  const bodies = async () => (await receive()).map(({ Body }) => Body);
  return { sqs, client, clock, QueueUrl, arn, receive, bodies };
}

function connect(endpoint: string, accessKeyId = 'operator') {
  const client = new SQSClient({ endpoint, region: REGION, credentials: { accessKeyId, secretAccessKey: 'none' } });
  cleanUps.push(async () => client.destroy());
  return client;
}

async function until(condition: () => boolean) {
  for (let tries = 0; !condition() && tries < 500; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(condition()).toBe(true);
}

const FIFO = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };

describe('a queue', () => {
  it('keeps a message that is received out of sight until its visibility timeout is over', async () => {
    const { client, clock, QueueUrl, bodies, sqs, arn } = await start({ VisibilityTimeout: '60' });
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
    expect(await bodies()).toEqual(['one']);
    expect(await bodies()).toEqual([]);
    expect(sqs.messages(arn)).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    clock.now += 60_000;
    expect(await bodies()).toEqual(['one']);
  });

  it('forgets a message that is deleted with the handle of its last receive, and only with that', async () => {
    const { client, clock, QueueUrl, receive, sqs, arn } = await start();
    sqs.send(arn, 'one');
    const [first] = await receive();
    clock.now += 30_000;
    const [second] = await receive();
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    expect(sqs.messages(arn)).toMatchObject({ inFlight: 1 });
    const Entries = [{ Id: 'a', ReceiptHandle: second?.ReceiptHandle }];
    const { Successful } = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    expect(Successful).toEqual([{ Id: 'a' }]);
    expect(sqs.messages(arn)).toMatchObject({ visible: 0, inFlight: 0 });
  });

  it('gives a message back when its visibility is set to nothing', async () => {
    const { client, QueueUrl, receive, sqs, arn } = await start();
    sqs.send(arn, 'one');
    const change = async (ReceiptHandle?: string) =>
      client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    await change((await receive())[0]?.ReceiptHandle);
    const [again] = await receive();
    expect(again).toMatchObject({ Body: 'one', Attributes: { ApproximateReceiveCount: '2' } });
    await expect(change('other')).rejects.toMatchObject({ name: 'MessageNotInflight' });
  });

  it('delivers a delayed message when its time has come, also to a receive that waits', async () => {
    const { client, clock, QueueUrl, receive, bodies } = await start();
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'later', DelaySeconds: 5 }));
    expect(await bodies()).toEqual([]);
    const waiting = receive({ WaitTimeSeconds: 20 });
    clock.now += 5_000;
    expect(await waiting).toMatchObject([{ Body: 'later' }]);
  });

  it('wakes a receive that waits', async () => {
    const { sqs, arn, receive } = await start();
    const waiting = receive({ WaitTimeSeconds: 20 });
    sqs.send(arn, 'now');
    expect(await waiting).toMatchObject([{ Body: 'now' }]);
  });

  it('does not hand a message to a receive whose caller has gone away', async () => {
    const { client, sqs, arn, QueueUrl } = await start();
    const abort = new AbortController();
    const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 });
    const waiting = client.send(command, { abortSignal: abort.signal });
    await client.send(new GetQueueUrlCommand({ QueueName: 'work' }));
    abort.abort();
    await expect(waiting).rejects.toThrow('aborted');
    await client.send(new GetQueueUrlCommand({ QueueName: 'work' }));
    sqs.send(arn, 'one');
    await client.send(new GetQueueUrlCommand({ QueueName: 'work' }));
    expect(sqs.messages(arn)).toMatchObject({ visible: 1 });
  });

  it('moves a message to the dead letters once it was received too often', async () => {
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: DEAD_LETTERS, maxReceiveCount: 2 });
    const { sqs, clock, arn, bodies } = await start({ ...FIFO, RedrivePolicy });
    sqs.createQueue('dead.fifo', FIFO);
    sqs.send(arn, 'poison', { groupId: 'g' });
    sqs.send(arn, 'next', { groupId: 'g' });
    for (let receives = 0; receives < 2; receives++) {
      expect(await bodies()).toEqual(['poison', 'next']);
      clock.now += 30_000;
    }
    expect(await bodies()).toEqual([]);
    expect(sqs.messages(DEAD_LETTERS)).toMatchObject({ visible: 2 });
  });

  it('moves a message to dead letters without order too, which say where it came from', async () => {
    const deadArn = `arn:aws:sqs:${REGION}:${ACCOUNT}:dead`;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: deadArn, maxReceiveCount: 1 });
    const { sqs, client, clock, arn, bodies } = await start({ RedrivePolicy });
    const { url: QueueUrl } = sqs.createQueue('dead', {});
    for (const body of ['one', 'two']) sqs.send(arn, body);
    expect(await bodies()).toEqual(['one', 'two']);
    clock.now += 30_000;
    expect(await bodies()).toEqual([]);
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    const Attributes = { DeadLetterQueueSourceArn: arn, ApproximateReceiveCount: '1' };
    expect(Messages).toMatchObject([
      { Body: 'one', Attributes },
      { Body: 'two', Attributes },
    ]);
  });

  it('delays a message by 15 minutes at most', async () => {
    const { client, clock, QueueUrl, bodies } = await start({ DelaySeconds: '5' });
    const send = (DelaySeconds?: number) =>
      client.send(new SendMessageCommand({ QueueUrl, MessageBody: `delayed ${DelaySeconds}`, DelaySeconds }));
    for (const refused of [-1, 901]) {
      await expect(send(refused)).rejects.toMatchObject({
        name: 'InvalidParameterValue',
        message: `Value ${refused} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
      });
    }
    for (const delay of [900, 0, undefined]) await send(delay);
    expect(await bodies()).toEqual(['delayed 0']);
    clock.now += 5_000;
    expect(await bodies()).toEqual(['delayed undefined']);
    clock.now += 895_000;
    expect(await bodies()).toContain('delayed 900');
  });

  it('is found by name, under the address that the caller used', async () => {
    const { client, sqs, arn } = await start();
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: 'work' }));
    expect(QueueUrl).toBe(`${sqs.url}/${ACCOUNT}/work`);
    const AttributeNames = ['QueueArn' as const, 'ApproximateNumberOfMessages' as const];
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    expect(Attributes).toEqual({ QueueArn: arn, ApproximateNumberOfMessages: '0' });
    const missing = client.send(new GetQueueUrlCommand({ QueueName: 'other' }));
    await expect(missing).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });

  it('keeps its messages over a clean stop', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sqs-test-'));
    cleanUps.push(() => rm(directory, { recursive: true }));
    const file = join(directory, 'queues.json');
    const { sqs, arn } = await start(FIFO, { file });
    sqs.send(arn, 'kept', { groupId: 'g' });
    await sqs.close();
    cleanUps.splice(1, 1);
    const restarted = await start(FIFO, { file });
    restarted.sqs.send(arn, 'kept', { groupId: 'g' });
    expect(await restarted.bodies()).toEqual(['kept']);
  });
});

describe('a FIFO queue', () => {
  it('delivers no other message of a group while one of them is in flight', async () => {
    const { client, sqs, arn, QueueUrl, receive } = await start(FIFO);
    for (const [body, groupId] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
    ] as const)
      sqs.send(arn, body, { groupId });
    const [first] = await receive({ MaxNumberOfMessages: 1 });
    expect(first?.Body).toBe('a1');
    expect((await receive()).map(({ Body }) => Body)).toEqual(['b1']);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    expect((await receive()).map(({ Body }) => Body)).toEqual(['a2']);
  });

  it('takes the same message once in five minutes', async () => {
    const { sqs, clock, arn } = await start(FIFO);
    const send = () => sqs.send(arn, 'one', { groupId: 'g', deduplicationId: 'd' });
    send();
    clock.now += 299_999;
    send();
    expect(sqs.messages(arn)).toMatchObject({ visible: 1 });
    clock.now += 1;
    send();
    expect(sqs.messages(arn)).toMatchObject({ visible: 2 });
  });

  it('takes no delay for a single message', async () => {
    const { client, QueueUrl } = await start(FIFO);
    const message = { QueueUrl, MessageBody: 'one', MessageGroupId: 'g' };
    await expect(client.send(new SendMessageCommand({ ...message, DelaySeconds: 5 }))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: expect.stringContaining('The request include parameter that is not valid for this queue type.'),
    });
    await client.send(new SendMessageCommand({ ...message, DelaySeconds: 0 }));
  });

  it('wants a group', async () => {
    const { client, QueueUrl } = await start(FIFO);
    const send = client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
    await expect(send).rejects.toMatchObject({ name: 'MissingParameter' });
  });
});

describe('what is not emulated', () => {
  it('is refused by name', async () => {
    const { client, sqs, QueueUrl } = await start();
    await expect(client.send(new ListQueuesCommand())).rejects.toThrow('SQS ListQueues is not emulated');
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'x' } };
    const send = client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one', MessageAttributes }));
    await expect(send).rejects.toThrow('SQS MessageAttributes are not emulated');
    expect(() => sqs.createQueue('other', { Color: 'red' })).toThrow('Queue attribute Color is not emulated');
  });
});

describe('IAM', () => {
  it('is asked for the queue, a batch as its single action', async () => {
    const Statement = [{ Effect: 'Allow', Action: 'sqs:DeleteMessage', Resource: `arn:aws:sqs:${REGION}:*:work` }];
    const principal: Principal = { arn: 'arn:aws:sts::1:assumed-role/Role/function', policies: [{ Statement }] };
    const { sqs, QueueUrl } = await start({}, { authorize: createAuthorizer(new Map([['key', principal]])) });
    const client = connect(sqs.url, 'key');
    await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', ReceiptHandle: 'r' }] }));
    await expect(client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs'),
    });
  });
});

describe('an event source mapping', () => {
  const record = (event: SQSEvent) => event.Records.map(({ body }) => body);

  it('hands over batches, and deletes what succeeded', async () => {
    const { sqs, arn } = await start();
    for (const body of ['a', 'b', 'c']) sqs.send(arn, body);
    const events: SQSEvent[] = [];
    const invoke = async (event: SQSEvent): Promise<InvokeResult> => {
      events.push(event);
      return { payload: 'null' };
    };
    sqs.poll({ queueArn: arn, batchSize: 2, reportBatchItemFailures: true, invoke });
    await until(() => sqs.messages(arn).visible + sqs.messages(arn).inFlight === 0);
    expect(events.map(record)).toEqual([['a', 'b'], ['c']]);
    expect(events[0]?.Records[0]).toMatchObject({ eventSource: 'aws:sqs', eventSourceARN: arn, awsRegion: REGION });
  });

  it.each([
    ['the messages that the function names', (event: SQSEvent) => [event.Records[1]?.messageId], ['b']],
    ['all when it names another one', () => ['unknown'], ['a', 'b', 'c']],
  ])('leaves to their visibility timeout %s', async (_kind, findFailed, left) => {
    const { sqs, arn, clock, bodies } = await start();
    for (const body of ['a', 'b', 'c']) sqs.send(arn, body);
    let invocations = 0;
    const invoke = async (event: SQSEvent): Promise<InvokeResult> => {
      invocations += 1;
      const batchItemFailures = findFailed(event).map((itemIdentifier) => ({ itemIdentifier }));
      return { payload: JSON.stringify({ batchItemFailures }) };
    };
    const mapping = sqs.poll({ queueArn: arn, batchSize: 10, reportBatchItemFailures: true, invoke });
    await until(() => invocations === 1);
    await mapping.close();
    expect(await bodies()).toEqual([]);
    clock.now += 30_000;
    expect(await bodies()).toEqual(left);
  });

  it('leaves the whole batch when the function fails, and tries again after the visibility timeout', async () => {
    const { sqs, arn, clock } = await start();
    sqs.send(arn, 'a');
    let invocations = 0;
    const error = { errorType: 'Error', errorMessage: 'no' };
    const invoke = async (): Promise<InvokeResult> => (++invocations === 1 ? { error } : { payload: '{}' });
    sqs.poll({ queueArn: arn, batchSize: 10, reportBatchItemFailures: false, invoke });
    await until(() => invocations === 1);
    expect(sqs.messages(arn)).toMatchObject({ inFlight: 1 });
    clock.now += 30_000;
    await until(() => sqs.messages(arn).visible + sqs.messages(arn).inFlight === 0);
    expect(invocations).toBe(2);
  });

  it('runs a standard queue’s messages side by side, as many as it may', async () => {
    const { sqs, arn } = await start();
    for (let index = 0; index < 12; index++) sqs.send(arn, String(index));
    let running = 0;
    let most = 0;
    const invoke = async (): Promise<InvokeResult> => {
      most = Math.max(most, ++running);
      for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return { payload: 'null' };
    };
    sqs.poll({ queueArn: arn, batchSize: 1, reportBatchItemFailures: true, pollers: 3, invoke });
    await until(() => sqs.messages(arn).visible + sqs.messages(arn).inFlight === 0);
    expect(most).toBe(3);
  });

  it('gives a standard queue’s message up to the dead letters when it keeps failing', async () => {
    const deadArn = `arn:aws:sqs:${REGION}:${ACCOUNT}:dead`;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: deadArn, maxReceiveCount: 3 });
    const { sqs, arn, clock } = await start({ RedrivePolicy });
    sqs.createQueue('dead', {});
    sqs.send(arn, 'poison', { delaySeconds: 10 });
    const counts: (string | undefined)[] = [];
    const invoke = async ({ Records: [message] }: SQSEvent): Promise<InvokeResult> => {
      counts.push(message?.attributes.ApproximateReceiveCount);
      return { payload: JSON.stringify({ batchItemFailures: [{ itemIdentifier: message?.messageId }] }) };
    };
    sqs.poll({ queueArn: arn, batchSize: 10, reportBatchItemFailures: true, pollers: 2, invoke });
    for (const failures of [1, 2, 3]) {
      clock.now += 30_000;
      await until(() => counts.length === failures);
    }
    clock.now += 30_000;
    await until(() => sqs.messages(deadArn).visible === 1);
    expect(counts).toEqual(['1', '2', '3']);
    expect(sqs.messages(arn)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('keeps the order within a group although several poll', async () => {
    const { sqs, arn } = await start(FIFO);
    const running = new Set<string>();
    const handled: string[] = [];
    for (let index = 0; index < 20; index++) sqs.send(arn, String(index), { groupId: String(index % 2) });
    const invoke = async (event: SQSEvent): Promise<InvokeResult> => {
      for (const { body, attributes } of event.Records) {
        const group = attributes.MessageGroupId ?? '';
        expect(running.has(group)).toBe(false);
        running.add(group);
        await new Promise((resolve) => setImmediate(resolve));
        running.delete(group);
        handled.push(body);
      }
      return { payload: 'null' };
    };
    sqs.poll({ queueArn: arn, batchSize: 1, reportBatchItemFailures: true, pollers: 3, invoke });
    await until(() => handled.length === 20);
    const ofGroup = (group: number) => handled.map(Number).filter((index) => index % 2 === group);
    expect([ofGroup(0), ofGroup(1)]).toEqual([
      ofGroup(0).toSorted((a, b) => a - b),
      ofGroup(1).toSorted((a, b) => a - b),
    ]);
  });
});
