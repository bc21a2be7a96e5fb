import { createHash } from 'node:crypto';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import type { InvokeResult } from '../lambda/messages.ts';
import type { Message, Queue } from './queue.ts';

export interface EventSourceMappingOptions {
  readonly batchSize: number;
  /** Whether the function answers with the messages that failed; otherwise an answer means that none did. */
  readonly reportBatchItemFailures: boolean;
  /** How many poll at the same time. Default 1. */
  readonly pollers?: number;
  readonly invoke: (event: SQSEvent) => Promise<InvokeResult>;
}

export interface EventSourceMapping {
  /** Ends polling, and waits for the invocations that are on their way. */
  close(): Promise<void>;
}

const WAIT_SECONDS = 20;

/** Hands a queue's messages to a function, batch by batch. What fails stays until its visibility timeout is over. */
export function startEventSourceMapping(
  queue: Queue,
  options: EventSourceMappingOptions & { readonly region: string },
): EventSourceMapping {
  const closing = new AbortController();

  async function poll(): Promise<void> {
    while (!closing.signal.aborted) {
      const messages = await queue.receive({
        max: options.batchSize,
        waitSeconds: WAIT_SECONDS,
        signal: closing.signal,
      });
      if (messages.length > 0) await handOver(messages);
    }
  }

  async function handOver(messages: readonly Message[]): Promise<void> {
    // The handles of now: a message that comes back to the queue meanwhile is no longer this batch's to delete.
    const records = messages.map((message) => toRecord(message, queue.arn, options.region));
    const result = await options.invoke({ Records: records }).catch((error: unknown) => {
      console.error(`${queue.name}: the function cannot be invoked:`, error);
    });
    const failed = findFailures(result ?? undefined, records, options.reportBatchItemFailures);
    for (const { messageId, receiptHandle } of records) if (!failed.has(messageId)) queue.delete(receiptHandle);
  }

  const polling = Promise.all(Array.from({ length: options.pollers ?? 1 }, poll));
  return {
    close: async () => {
      closing.abort();
      await polling;
    },
  };
}

/** As Lambda reads the answer: one that it cannot read, or that names another message, fails the whole batch. */
function findFailures(
  result: InvokeResult | undefined,
  records: readonly SQSRecord[],
  reportBatchItemFailures: boolean,
): ReadonlySet<string> {
  const all = new Set(records.map(({ messageId }) => messageId));
  if (result === undefined || 'error' in result) return all;
  if (!reportBatchItemFailures) return new Set();
  const failures: unknown = JSON.parse(result.payload)?.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return all;
  const failed = new Set<string>(failures.map((failure) => failure?.itemIdentifier));
  return [...failed].every((id) => all.has(id)) ? failed : all;
}

function toRecord(message: Message, queueArn: string, region: string): SQSRecord {
  return {
    messageId: message.id,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: attributesOf(message),
    messageAttributes: {},
    md5OfBody: md5(message.body),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}

export function attributesOf(message: Message): SQSRecord['attributes'] {
  return {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAt),
    SenderId: 'local',
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    ...(message.groupId !== undefined && { MessageGroupId: message.groupId }),
    ...(message.deduplicationId !== undefined && { MessageDeduplicationId: message.deduplicationId }),
    ...(message.sequenceNumber !== undefined && { SequenceNumber: message.sequenceNumber }),
    ...(message.originArn !== undefined && { DeadLetterQueueSourceArn: message.originArn }),
  };
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
