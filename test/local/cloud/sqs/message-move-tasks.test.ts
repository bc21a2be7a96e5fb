import {
  CancelMessageMoveTaskCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
  type StartMessageMoveTaskCommandInput,
} from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createAuthorizer } from '../../../../local/cloud/iam/authorize.ts';
import { startSqs } from '../../../../local/cloud/sqs/index.ts';

const arnOf = (name: string) => `arn:aws:sqs:eu-west-1:111122223333:${name}`;
const STARTED = Date.parse('2026-01-01T00:00:00Z');

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** The queues `one` and `two`, which share the dead letters `dead`, and the queue `other`; the clock stands still. */
async function start(suffix: '' | '.fifo' = '') {
  const clock = { now: STARTED };
  const authorize = createAuthorizer(new Map());
  const place = { region: 'eu-west-1', accountId: '111122223333' };
  const sqs = await startSqs({ ...place, authorize, now: () => clock.now });
  cleanUps.push(() => sqs.close());
  const [one, two, other, dead] = ['one', 'two', 'other', 'dead'].map((name) => arnOf(name + suffix)) as Four;
  const kind = { ...(suffix && { FifoQueue: 'true', ContentBasedDeduplication: 'true' }) };
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead, maxReceiveCount: 1 });
  for (const name of ['one', 'two']) sqs.createQueue(name + suffix, { ...kind, RedrivePolicy });
  for (const name of ['other', 'dead']) sqs.createQueue(name + suffix, kind);
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'operator' };
  const client = new SQSClient({ endpoint: sqs.url, region: place.region, credentials, maxAttempts: 1 });
  cleanUps.push(() => client.destroy());

  const receive = async (arn: string) => {
    const QueueUrl = `${sqs.url}/111122223333/${arn.split(':').at(-1)}`;
    return (await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))).Messages ?? [];
  };
  return {
    ...{ sqs, client, clock, one, two, other, dead, receive },
    bodies: async (arn: string) => (await receive(arn)).map(({ Body }) => Body),
    /** Receives what waits there once too often. */
    fail: async (arn: string) => {
      await receive(arn);
      clock.now += 30_000;
      await receive(arn);
    },
    move: (input: Partial<StartMessageMoveTaskCommandInput> = {}) =>
      client.send(new StartMessageMoveTaskCommand({ SourceArn: dead, ...input })),
    tasks: async (MaxResults?: number) =>
      (await client.send(new ListMessageMoveTasksCommand({ SourceArn: dead, MaxResults }))).Results,
  };
}

type Four = [string, string, string, string];

describe('moving dead letters', () => {
  it('brings each back to the queue that it came from, as a new message', async () => {
    const { sqs, clock, one, two, dead, fail, move, receive, bodies } = await start();
    sqs.send(one, 'a');
    sqs.send(two, 'b');
    await fail(one);
    await fail(two);
    expect(await move()).toMatchObject({ TaskHandle: expect.any(String) });
    expect(sqs.messages(dead)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    const [again] = await receive(one);
    const SentTimestamp = String(clock.now);
    expect(again).toMatchObject({ Body: 'a', Attributes: { ApproximateReceiveCount: '1', SentTimestamp } });
    expect(await bodies(two)).toEqual(['b']);
  });

  it('keeps groups and order, and loses nothing to deduplication', async () => {
    const { sqs, one, dead, fail, move, receive } = await start('.fifo');
    for (const [body, groupId] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
    ] as const) {
      sqs.send(one, body, { groupId });
    }
    await fail(one);
    expect(sqs.messages(dead)).toMatchObject({ visible: 3 });
    await move();
    const moved = (await receive(one)).map(({ Body, Attributes }) => [Body, Attributes?.MessageGroupId]);
    expect(moved).toEqual([
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
    ]);
  });

  it('brings them to another queue on demand, those that were sent there directly too', async () => {
    const { sqs, one, other, dead, fail, move, bodies, tasks } = await start();
    sqs.send(one, 'failed');
    await fail(one);
    sqs.send(dead, 'direct');
    await move({ DestinationArn: other, MaxNumberOfMessagesPerSecond: 500 });
    expect(await bodies(other)).toEqual(['failed', 'direct']);
    expect(await tasks()).toEqual([
      {
        SourceArn: dead,
        DestinationArn: other,
        MaxNumberOfMessagesPerSecond: 500,
        Status: 'COMPLETED',
        ApproximateNumberOfMessagesMoved: 2,
        ApproximateNumberOfMessagesToMove: 2,
        StartedTimestamp: STARTED + 30_000,
      },
    ]);
  });

  it('fails at a message whose queue is not known', async () => {
    const { sqs, one, dead, fail, move, tasks } = await start();
    sqs.send(one, 'failed');
    await fail(one);
    sqs.send(dead, 'direct');
    await move();
    expect(await tasks()).toMatchObject([
      {
        Status: 'FAILED',
        FailureReason: 'CouldNotDetermineMessageSource',
        ApproximateNumberOfMessagesMoved: 1,
        ApproximateNumberOfMessagesToMove: 2,
      },
    ]);
    expect(sqs.messages(one)).toMatchObject({ visible: 1 });
    expect(sqs.messages(dead)).toMatchObject({ inFlight: 1 });
  });

  it('leaves what somebody has received', async () => {
    const { sqs, one, dead, fail, move, receive } = await start();
    sqs.send(one, 'failed');
    await fail(one);
    await receive(dead);
    await move();
    expect(sqs.messages(dead)).toMatchObject({ inFlight: 1 });
    expect(sqs.messages(one)).toMatchObject({ visible: 0 });
  });

  it('lists the newest task, or up to ten', async () => {
    const { clock, move, tasks } = await start();
    for (let index = 0; index < 3; index++) {
      await move();
      clock.now += 1_000;
    }
    const startedAt = async (max?: number) =>
      (await tasks(max))?.map(({ StartedTimestamp = 0 }) => StartedTimestamp - STARTED);
    expect(await startedAt()).toEqual([2_000]);
    expect(await startedAt(10)).toEqual([2_000, 1_000, 0]);
    await expect(tasks(11)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it.each([
    ['an unknown source', { SourceArn: arnOf('none') }, 'ResourceNotFoundException', 'SourceArn parameter doesn'],
    [
      'a queue of another account',
      { SourceArn: arnOf('dead').replace('1111', '9999') },
      'ResourceNotFoundException',
      '',
    ],
    [
      'a source that is no dead-letter queue',
      { SourceArn: arnOf('other') },
      'InvalidParameterValue',
      'Source queue must be',
    ],
    ['an unknown destination', { DestinationArn: arnOf('none') }, 'ResourceNotFoundException', 'DestinationArn'],
    ['the source as destination', { DestinationArn: arnOf('dead') }, 'InvalidParameterValue', 'cannot be the same'],
    [
      'a destination of another type',
      { DestinationArn: arnOf('work.fifo') },
      'InvalidParameterValue',
      'same queue type',
    ],
    ['no messages a second', { MaxNumberOfMessagesPerSecond: 0 }, 'InvalidParameterValue', 'PerSecond'],
    ['501 messages a second', { MaxNumberOfMessagesPerSecond: 501 }, 'InvalidParameterValue', 'PerSecond'],
  ])('is refused for %s', async (_case, input, name, message) => {
    const { sqs, move } = await start();
    sqs.createQueue('work.fifo', { FifoQueue: 'true' });
    await expect(move(input)).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
  });

  it('cannot be cancelled: it is over at once', async () => {
    const { client } = await start();
    const cancel = client.send(new CancelMessageMoveTaskCommand({ TaskHandle: 'x' }));
    await expect(cancel).rejects.toThrow('SQS CancelMessageMoveTask is not emulated');
  });
});
