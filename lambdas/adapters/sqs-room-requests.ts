import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { RoomRequests } from '../stages/ports.ts';

/** Asks through a FIFO queue. */
export class SqsRoomRequests implements RoomRequests {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  async ask(signal?: AbortSignal): Promise<void> {
    const command = new SendMessageCommand({
      QueueUrl: this.#queueUrl,
      MessageBody: JSON.stringify({ request: 'room' }),
      MessageGroupId: 'room',
      // Always the same: SQS takes a repetition within five minutes and delivers it to nobody.
      MessageDeduplicationId: 'room',
    });
    await this.#client.send(command, { ...(signal && { abortSignal: signal }) });
  }
}
