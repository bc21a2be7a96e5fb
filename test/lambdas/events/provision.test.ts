import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import { provision } from '../../../lambdas/events/provision/provision.ts';
import { signIn } from '../../support/stage-life.ts';
import { createWorld, type World } from '../../support/world.ts';

let world: World;
beforeEach(() => {
  world = createWorld();
});

const batch = (...bodies: string[]): SQSEvent => batchReceived(1, ...bodies);
const batchReceived = (times: number, ...bodies: string[]): SQSEvent => ({
  Records: bodies.map((body, i) => ({
    messageId: `message-${i}`,
    receiptHandle: `receipt-${i}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(times),
      SentTimestamp: '0',
      SenderId: '',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:queue.fifo',
    awsRegion: 'us-east-1',
  })),
});
const queued = async (...userIds: string[]) => {
  world.ivs.trouble = () => 'throttled';
  for (const userId of userIds) await signIn(world, userId);
  world.ivs.trouble = () => undefined;
  return batch(...world.provisioningQueue.messages.map((message) => JSON.stringify(message)));
};
const withSeconds = (seconds: number) => ({ getRemainingTimeInMillis: () => seconds * 1000 });

it('makes the stages of a batch and reports no failure', async () => {
  expect(await provision(world)(await queued('ada', 'grace'), withSeconds(60))).toEqual({ batchItemFailures: [] });
  expect(world.ivs.stages.size).toBe(2);
});

it('returns only the message that failed, makes the stages of the others, and lets it come back soon', async () => {
  const event = await queued('ada', 'grace', 'mod');
  let creations = 0;
  world.ivs.trouble = (operation) => (operation === 'createStage' && ++creations === 2 ? 'unknown' : undefined);
  expect(await provision(world)(event, withSeconds(60))).toEqual({
    batchItemFailures: [{ itemIdentifier: 'message-1' }],
  });
  expect(world.provisioningQueue.cameBack).toEqual([{ receiptHandle: 'receipt-1', seconds: 1 }]);
  expect(world.ivs.stages.size).toBe(2);
});

it('returns what it has no time for, and calls that no error', async () => {
  expect(await provision(world)(await queued('ada'), withSeconds(20))).toMatchObject({
    batchItemFailures: [{ itemIdentifier: 'message-0' }],
  });
  expect(world.ivs.stages.size).toBe(0);
  expect(world.log.messages('warn').at(-1)).toBe('there was no time for a queued stage');
  expect(world.log.messages('error')).toEqual([]);
});

it.each([
  [1, 5],
  [2, 10],
  [3, 20],
  [4, 30],
  [49, 30],
])(
  "when nothing succeeds at receive %i, lets all come back in %i s: the trouble is not one user's",
  async (times, seconds) => {
    const { Records } = await queued('ada', 'grace');
    world.ivs.trouble = () => 'unknown';
    await provision(world)(batchReceived(times, ...Records.map(({ body }) => body)), withSeconds(60));
    expect(world.provisioningQueue.cameBack.map((back) => back.seconds)).toEqual([seconds, seconds]);
  },
);

it('returns a message that it cannot read, for the dead-letter queue', async () => {
  expect(await provision(world)(batch('{'), withSeconds(60))).toMatchObject({
    batchItemFailures: [{ itemIdentifier: 'message-0' }],
  });
  expect(world.log.messages('error')).toEqual(['a queued stage could not be made']);
});

it('still reports the failure when the message cannot be let back early', async () => {
  world.provisioningQueue.comeBackAfter = () => Promise.reject(new Error('no queue'));
  expect(await provision(world)(batch('{'), withSeconds(60))).toMatchObject({
    batchItemFailures: [{ itemIdentifier: 'message-0' }],
  });
  expect(world.log.messages('warn')).toEqual(['a message comes back late']);
});

describe('the dead-letter queue', () => {
  const MAX_RECEIVES = 50;

  /** Plays the queue, one group of 10 at a time, until it is empty. */
  async function workOff(bodies: readonly string[]) {
    // No call takes time here; thousands of deadlines on the clock would.
    const handler = provision({ ...world, deadline: () => new AbortController().signal });
    const deadLetters: string[] = [];
    let waiting = bodies.map((body) => ({ body, receives: 0 }));
    while (waiting.length > 0) {
      const received = waiting.splice(0, 10);
      for (const message of received) message.receives++;
      world.provisioningQueue.cameBack.length = 0;
      const event = batchReceived(received[0]?.receives ?? 0, ...received.map(({ body }) => body));
      const { batchItemFailures } = await handler(event, withSeconds(60));
      world.clock.advance(1000 * Math.max(0, ...world.provisioningQueue.cameBack.map(({ seconds }) => seconds)));
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier.split('-')[1])));
      const back = received.filter((_message, i) => failed.has(i));
      deadLetters.push(...back.filter(({ receives }) => receives >= MAX_RECEIVES).map(({ body }) => body));
      waiting = [...back.filter(({ receives }) => receives < MAX_RECEIVES), ...waiting];
    }
    return deadLetters;
  }

  const users = (count: number) => Array.from({ length: count }, (_, i) => `user-${i}`);
  const bodiesOf = ({ Records }: SQSEvent) => Records.map(({ body }) => body);

  it.each([
    ['fails for 20 minutes', 'unknown', 20],
    ['throttles everything for 50 minutes', 'throttled', 50],
  ] as const)('gets nobody while IVS %s', async (_what, trouble, minutes) => {
    const bodies = bodiesOf(await queued(...users(30)));
    const endsAt = world.now().getTime() + minutes * 60_000;
    world.ivs.trouble = () => (world.now().getTime() < endsAt ? trouble : undefined);
    expect(await workOff(bodies)).toEqual([]);
    expect(world.ivs.stages.size).toBe(30);
  });

  it('gets a message that always fails, which slows the others to half at most', async () => {
    const bodies = bodiesOf(await queued(...users(180)));
    expect(await workOff(['{', ...bodies])).toEqual(['{']);
    expect(world.ivs.stages.size).toBe(180);
    const times = world.ivs.calls.filter(({ operation }) => operation === 'createStage').map(({ at }) => at);
    const [first = 0, last = 0] = [times.at(-180), times.at(-1)];
    expect((last - first) / 1000).toBeLessThan((2 * 180) / 4.5);
  });
});
