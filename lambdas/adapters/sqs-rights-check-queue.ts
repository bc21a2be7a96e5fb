import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { RightsCheck, RightsCheckQueue } from '../stages/ports.ts';

/** A standard queue: FIFO queues know no delay of a single message. */
export class SqsRightsCheckQueue implements RightsCheckQueue {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  async send(rightsCheck: RightsCheck, delaySeconds: number): Promise<void> {
    await this.#client.send(
      new SendMessageCommand({
        QueueUrl: this.#queueUrl,
        MessageBody: JSON.stringify({ rightsCheck }),
        DelaySeconds: delaySeconds,
      }),
    );
  }
}
