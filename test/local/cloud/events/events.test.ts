import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createEventBus, type RuleDefinition } from '../../../../local/cloud/events/index.ts';
import { createAuthorizer } from '../../../../local/cloud/iam/authorize.ts';
import { startSqs } from '../../../../local/cloud/sqs/index.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const RULE_ARN = 'arn:aws:events:eu-west-1:111122223333:rule/live';
const EVENT = { source: 'aws.ivs', 'detail-type': 'IVS Stage Update', detail: { event_name: 'Participant Published' } };

/** A bus with one rule, whose target is the queue `events` with the dead letters `dead`. */
async function start(change: Partial<RuleDefinition> = {}, others: readonly Partial<RuleDefinition>[] = []) {
  const sqs = await startSqs({
    region: 'eu-west-1',
    accountId: '111122223333',
    authorize: createAuthorizer(new Map()),
  });
  cleanUps.push(() => sqs.close());
  const [events, dead] = ['events', 'dead'].map((name) => sqs.createQueue(name, {})) as [Queue, Queue];
  const target = { queueArn: events.arn, deadLetterArn: dead.arn };
  const rule = { arn: RULE_ARN, pattern: { source: ['aws.ivs'] }, enabled: true, targets: [target] };
  const lines: string[] = [];
  const rules = [change, ...others].map((each) => ({ ...rule, ...each }));
  const bus = createEventBus({ rules, send: sqs.send, log: (line) => lines.push(line) });
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'operator' };
  const client = new SQSClient({ endpoint: sqs.url, region: 'eu-west-1', credentials });
  cleanUps.push(() => client.destroy());
  const receive = async (QueueUrl: string) => {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    return Messages.map(({ Body = '' }) => JSON.parse(Body) as unknown);
  };
  return { bus, lines, events: () => receive(events.url), deadLetters: () => receive(dead.url) };
}

interface Queue {
  readonly url: string;
  readonly arn: string;
}

describe('the event bus', () => {
  it('sends an event that a rule matches to the target, whole and as it is, and no other', async () => {
    const { bus, events } = await start();
    bus.put(EVENT);
    bus.put({ ...EVENT, source: 'custom.ivs' });
    bus.put({ ...EVENT, detail: 'malformed' });
    bus.put([]);
    expect(await events()).toEqual([EVENT, { ...EVENT, detail: 'malformed' }]);
  });

  it('sends it once for each rule that matches', async () => {
    const { bus, events } = await start({}, [{ pattern: { 'detail-type': ['IVS Stage Update'] } }]);
    bus.put(EVENT);
    expect(await events()).toEqual([EVENT, EVENT]);
  });

  it('ignores a rule that is disabled', async () => {
    const { bus, events } = await start({ enabled: false });
    bus.put(EVENT);
    expect(await events()).toEqual([]);
  });

  it('sends what the target does not take to the dead letters, and says so without the event’s content', async () => {
    const queueArn = 'arn:aws:sqs:eu-west-1:111122223333:gone';
    const deadLetterArn = 'arn:aws:sqs:eu-west-1:111122223333:dead';
    const { bus, deadLetters, lines } = await start({ targets: [{ queueArn, deadLetterArn }] });
    bus.put({ ...EVENT, detail: { user_id: 'ada' } });
    expect(await deadLetters()).toEqual([{ ...EVENT, detail: { user_id: 'ada' } }]);
    expect(lines).toEqual([expect.stringContaining(`${RULE_ARN} could not send an event to ${queueArn}`)]);
    expect(lines.join()).not.toContain('ada');
  });

  it('drops what nobody takes, and goes on', async () => {
    const { bus, events, deadLetters, lines } = await start();
    bus.put({ ...EVENT, detail: { text: 'x'.repeat(1_048_577) } });
    bus.put(EVENT);
    expect([await events(), await deadLetters()]).toEqual([[EVENT], []]);
    expect(lines).toHaveLength(2);
  });

  it('refuses a rule whose pattern it does not know, by both their names', async () => {
    const pattern = { source: [{ prefix: 'aws.' }] };
    await expect(start({ pattern })).rejects.toThrow(`${RULE_ARN}: the event pattern at source uses prefix`);
    await expect(start({ pattern, enabled: false })).rejects.toThrow('prefix');
  });
});
