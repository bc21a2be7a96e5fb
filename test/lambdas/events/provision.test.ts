import { beforeEach, expect, it } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import { provision } from '../../../lambdas/events/provision/provision.ts';
import { signIn } from '../../support/stage-life.ts';
import { createWorld, type World } from '../../support/world.ts';

let world: World;
beforeEach(() => {
  world = createWorld();
});

const batch = (...bodies: string[]): SQSEvent => ({
  Records: bodies.map((body, i) => ({
    messageId: `message-${i}`,
    receiptHandle: `receipt-${i}`,
    body,
    attributes: {
      ApproximateReceiveCount: '1',
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
  expect(world.provisioningQueue.cameBack).toEqual(['receipt-1']);
  expect(world.ivs.stages.size).toBe(2);
});

it('returns what it has no time for', async () => {
  expect(await provision(world)(await queued('ada'), withSeconds(20))).toMatchObject({
    batchItemFailures: [{ itemIdentifier: 'message-0' }],
  });
  expect(world.ivs.stages.size).toBe(0);
});

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

it('sends nobody to the dead-letter queue but the message that always fails', async () => {
  const good = (await queued('ada', 'grace')).Records.map(({ body }) => body);
  const receives = new Map<string, number>();
  let waiting = ['{', ...good];
  const deadLetters: string[] = [];
  while (waiting.length > 0) {
    for (const body of waiting) receives.set(body, (receives.get(body) ?? 0) + 1);
    const { batchItemFailures } = await provision(world)(batch(...waiting), withSeconds(60));
    const failed = batchItemFailures.map(({ itemIdentifier }) => waiting[Number(itemIdentifier.split('-')[1])] ?? '');
    deadLetters.push(...failed.filter((body) => (receives.get(body) ?? 0) >= 5));
    waiting = failed.filter((body) => (receives.get(body) ?? 0) < 5);
  }
  expect(deadLetters).toEqual(['{']);
  expect(world.ivs.stages.size).toBe(2);
});
