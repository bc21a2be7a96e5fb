import { CreateParticipantTokenCommand, CreateStageCommand, IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../../../local/cloud/index.ts';
import { isRefusal } from '../../../local/ivs/index.ts';
import { arnOf, LEAST_RESOURCES, writeAssembly } from './write-assembly.ts';

const mayBeSentToBy = (queueId: string, ruleId: string) => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [{ Ref: queueId }],
    PolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: arnOf(queueId),
          Condition: { ArnEquals: { 'aws:SourceArn': arnOf(ruleId) } },
        },
      ],
    },
  },
});

/** A rule for what happens on stages. */
const RESOURCES = {
  ...LEAST_RESOURCES,
  Updates: { Type: 'AWS::SQS::Queue' },
  Undelivered: { Type: 'AWS::SQS::Queue' },
  StageUpdates: {
    Type: 'AWS::Events::Rule',
    Properties: {
      EventPattern: {
        source: ['aws.ivs'],
        'detail-type': ['IVS Stage Update'],
        detail: { event_name: ['Participant Published', 'Participant Unpublished'] },
      },
      State: 'ENABLED',
      Targets: [{ Arn: arnOf('Updates'), Id: 'Target0', DeadLetterConfig: { Arn: arnOf('Undelivered') } }],
    },
  },
  UpdatesPolicy: mayBeSentToBy('Updates', 'StageUpdates'),
  UndeliveredPolicy: mayBeSentToBy('Undelivered', 'StageUpdates'),
};

const cleanUps: (() => unknown)[] = [];
const onEnd = (cleanUp: () => unknown) => void cleanUps.push(cleanUp);
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function start(resources: object = RESOURCES) {
  const cloud = await startLocalCloud({ assemblyDirectory: writeAssembly(onEnd, resources), log: () => {} });
  cleanUps.push(() => cloud.close());
  const common = { region: 'eu-west-1', credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' } };
  const sqs = new SQSClient({ ...common, endpoint: cloud.sqs.url });
  const ivs = new IVSRealTimeClient({ ...common, endpoint: cloud.ivs.url });
  cleanUps.push(
    () => sqs.destroy(),
    () => ivs.destroy(),
  );
  const request = { QueueUrl: `${cloud.sqs.url}/000000000000/Updates`, MaxNumberOfMessages: 10, WaitTimeSeconds: 3 };
  const receive = async (count: number) => {
    const events: { readonly id: string; readonly detail: object }[] = [];
    while (events.length < count) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(request));
      if (Messages.length === 0) throw new Error(`only ${events.length} of ${count} events came`);
      events.push(...Messages.map(({ Body = '' }) => JSON.parse(Body)));
    }
    return events;
  };
  return { cloud, ivs, receive };
}

async function joinNewStage(cloud: LocalCloud, ivs: IVSRealTimeClient) {
  const { stage: { arn: stageArn } = {} } = await ivs.send(new CreateStageCommand({}));
  const command = new CreateParticipantTokenCommand({ stageArn, userId: 'ada' });
  const { participantToken: { token = '' } = {} } = await ivs.send(command);
  const admission = cloud.ivs.live.verify(token);
  const presence = isRefusal(admission) ? admission : cloud.ivs.live.join(admission, { end: () => {} });
  if (isRefusal(presence)) throw new Error(presence.message);
  return { presence, stageArn };
}

describe('a local cloud', () => {
  it('brings what IVS tells to the queue of the rule, as badly as the delivery is set', async () => {
    const { cloud, ivs, receive } = await start();
    const { presence, stageArn } = await joinNewStage(cloud, ivs);
    presence.publish();
    expect(await receive(1)).toMatchObject([
      {
        account: '000000000000',
        resources: [stageArn],
        detail: { event_name: 'Participant Published', user_id: 'ada' },
      },
    ]);
    cloud.ivs.setEventDelivery({ duplicate: 1 });
    presence.unpublish();
    const ids = (await receive(2)).map(({ id }) => id);
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
  });

  it('takes events of a test’s own, and brings those that the rule matches', async () => {
    const { cloud, receive } = await start();
    const event = { id: 'own', source: 'aws.ivs', 'detail-type': 'IVS Stage Update' };
    cloud.putEvent({ ...event, detail: { event_name: 'Token Exchanged' } });
    cloud.putEvent({ ...event, source: 'my.app', detail: { event_name: 'Participant Published' } });
    cloud.putEvent({ ...event, detail: { event_name: 'Participant Published', event_time: 5 } });
    expect(await receive(1)).toEqual([{ ...event, detail: { event_name: 'Participant Published', event_time: 5 } }]);
  });

  it('does not start where AWS would let no event through', async () => {
    const { UpdatesPolicy, ...rest } = RESOURCES;
    await expect(start(rest)).rejects.toThrow(
      /^events.amazonaws.com may not send to .*:Updates for .*:rule\/StageUpdates/,
    );
  });
});
