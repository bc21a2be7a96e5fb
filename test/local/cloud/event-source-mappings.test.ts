import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startLocalCloud } from '../../../local/cloud/index.ts';
import { arnOf, functionResources, LEAST_RESOURCES, writeAssembly } from './write-assembly.ts';

/** The CDK's `enforceSSL`. */
const onlySecure = (queueId: string) => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [{ Ref: queueId }],
    PolicyDocument: {
      Statement: [
        {
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 'sqs:*',
          Resource: arnOf(queueId),
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    },
  },
});
const mapping = (queueId: string) => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: { EventSourceArn: arnOf(queueId), FunctionName: { Ref: 'Relay' }, BatchSize: 1 },
});
const MAY_RECEIVE = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

const RESOURCES = {
  ...LEAST_RESOURCES,
  Now: { Type: 'AWS::SQS::Queue' },
  NowPolicy: onlySecure('Now'),
  Later: { Type: 'AWS::SQS::Queue' },
  LaterPolicy: onlySecure('Later'),
  Done: { Type: 'AWS::SQS::Queue' },
  FromNow: mapping('Now'),
  FromLater: mapping('Later'),
  ...functionResources(
    'Relay',
    [
      { Effect: 'Allow', Action: MAY_RECEIVE, Resource: arnOf('Now') },
      { Effect: 'Allow', Action: MAY_RECEIVE, Resource: arnOf('Later') },
      { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf('Later') },
      { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arnOf('Done') },
    ],
    { LATER: { Ref: 'Later' }, DONE: { Ref: 'Done' } },
  ),
};

const RELAY = `
  const { createRequire } = require('node:module');
  const { SQSClient, SendMessageCommand } =
    createRequire(${JSON.stringify(import.meta.url)})('@aws-sdk/client-sqs');
  const client = new SQSClient();
  const send = (QueueUrl, MessageBody, DelaySeconds) =>
    client.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));
  exports.handler = async ({ Records: [{ body, eventSourceARN }] }) => {
    if (eventSourceARN.endsWith(':Now')) await send(process.env.LATER, body, 1);
    else await send(process.env.DONE, body + ' later');
  }`;

const cleanUps: (() => unknown)[] = [];
const onEnd = (cleanUp: () => unknown) => void cleanUps.push(cleanUp);
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe('a function with two queues', () => {
  it('gets the messages of both, also one that it sends itself with a delay', async () => {
    const assemblyDirectory = writeAssembly(onEnd, RESOURCES, { Relay: RELAY });
    const cloud = await startLocalCloud({ assemblyDirectory, log: () => {} });
    onEnd(() => cloud.close());
    const credentials = { accessKeyId: 'operator', secretAccessKey: 'operator' };
    const client = new SQSClient({ region: 'eu-west-1', credentials, endpoint: cloud.sqs.url });
    onEnd(() => client.destroy());
    const urlOf = (name: string) => `${cloud.sqs.url}/000000000000/${name}`;

    const sentAt = Date.now();
    await client.send(new SendMessageCommand({ QueueUrl: urlOf('Now'), MessageBody: 'hello' }));
    const request = { QueueUrl: urlOf('Done'), WaitTimeSeconds: 10 };
    const { Messages = [] } = await client.send(new ReceiveMessageCommand(request));
    expect(Messages.map(({ Body }) => Body)).toEqual(['hello later']);
    expect(Date.now() - sentAt).toBeGreaterThanOrEqual(1_000);
  }, 20_000);
});
