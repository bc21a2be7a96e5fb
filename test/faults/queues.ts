import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { Cloud } from './cloud.ts';

export interface Received {
  readonly records: readonly SQSRecord[];
  deleteAllBut(failed: readonly string[]): Promise<void>;
}

/** What is visible in a queue now, as Lambda receives and deletes it. */
export async function receiveFrom(cloud: Cloud, queue: keyof Cloud['queues']): Promise<Received> {
  const QueueUrl = cloud.queues[queue].url;
  const client = new SQSClient({ endpoint: cloud.sqs.url, useQueueUrlAsEndpoint: false });
  const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 });
  const { Messages = [] } = await client.send(command);
  const records = Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '', Attributes = {} }) => ({
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes,
  }));
  return {
    records: records as unknown as readonly SQSRecord[],
    deleteAllBut: async (failed) => {
      const done = records.filter(({ messageId }) => !failed.includes(messageId));
      for (const { receiptHandle: ReceiptHandle } of done) {
        await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
      client.destroy();
    },
  };
}
