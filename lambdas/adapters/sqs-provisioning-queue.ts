import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { ProvisioningMessage, ProvisioningQueue } from '../stages/ports.ts';

/** One message group for all: SQS then hands out one batch at a time, so there is one sender with one pace. */
const MESSAGE_GROUP = 'stages';

export class SqsProvisioningQueue implements ProvisioningQueue {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  async send(message: ProvisioningMessage, signal?: AbortSignal): Promise<void> {
    const command = new SendMessageCommand({
      QueueUrl: this.#queueUrl,
      MessageBody: JSON.stringify(message),
      MessageGroupId: MESSAGE_GROUP,
      // SQS allows 128 characters, of which a user id may take 117.
      MessageDeduplicationId: `${message.userId}-${Date.parse(message.queuedAt).toString(36)}`,
    });
    await this.#client.send(command, { ...(signal && { abortSignal: signal }) });
  }

  async backlog(signal?: AbortSignal): Promise<number> {
    const command = new GetQueueAttributesCommand({
      QueueUrl: this.#queueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    });
    const { Attributes = {} } = await this.#client.send(command, { ...(signal && { abortSignal: signal }) });
    return (
      Number(Attributes.ApproximateNumberOfMessages ?? 0) +
      Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0)
    );
  }

  async comeBackAfter(receiptHandle: string, seconds: number): Promise<void> {
    await this.#client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: this.#queueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: seconds,
      }),
    );
  }
}
