import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type AwsJsonCall, startAwsJsonServer, unknownOperation } from '../aws-json-server.ts';
import type { Authorize } from '../iam/authorize.ts';
import {
  attributesOf,
  type EventSourceMapping,
  type EventSourceMappingOptions,
  md5,
  startEventSourceMapping,
} from './event-source-mapping.ts';
import { createMessageMoveTasks, type MessageMoveTasks, type MoveRequest } from './message-move-tasks.ts';
import { Queue, type QueueState, type SendOptions, sqsError } from './queue.ts';

export interface SqsOptions {
  /** Default 0: a free one. */
  readonly port?: number;
  /** Keeps the messages over a clean stop. Default: none. */
  readonly file?: string;
  readonly region: string;
  readonly accountId: string;
  readonly authorize: Authorize;
  /** Milliseconds since the epoch, for visibility, delay, retention and deduplication. Default: the clock. */
  readonly now?: () => number;
}

export interface PollOptions extends EventSourceMappingOptions {
  readonly queueArn: string;
}

export interface Sqs {
  readonly url: string;
  /** Attributes as the API takes them: strings, RedrivePolicy as JSON. */
  createQueue(name: string, attributes: Readonly<Record<string, string>>): { url: string; arn: string };
  send(queueArn: string, body: string, options?: SendOptions): void;
  /** The event source mapping of a function. */
  poll(options: PollOptions): EventSourceMapping;
  messages(queueArn: string): { readonly visible: number; readonly inFlight: number; readonly delayed: number };
  /** Also ends every poll; an invocation on its way is waited for, so end the functions first. */
  close(): Promise<void>;
}

/** The members of the requests that are read here. */
interface Input extends MoveRequest {
  readonly QueueUrl?: string;
  readonly QueueName?: string;
  readonly MessageBody?: string;
  readonly DelaySeconds?: number;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
  readonly MaxNumberOfMessages?: number;
  readonly VisibilityTimeout?: number;
  readonly WaitTimeSeconds?: number;
  readonly ReceiptHandle?: string;
  readonly AttributeNames?: readonly string[];
  readonly MaxResults?: number;
  readonly Entries?: readonly { readonly Id: string; readonly ReceiptHandle: string }[];
}

type Operation = (queue: Queue, input: Input, call: AwsJsonCall) => object | Promise<object>;

export async function startSqs(options: SqsOptions): Promise<Sqs> {
  const { port = 0, file, region, accountId, authorize, now = Date.now } = options;
  const queues = new Map<string, Queue>();
  const mappings: EventSourceMapping[] = [];
  const saved: Record<string, QueueState> = readState(file);

  const findQueue = (urlOrArn: string): Queue => {
    const queue = queues.get(urlOrArn.split(/[:/]/).at(-1) ?? '');
    if (queue !== undefined) return queue;
    const code = 'AWS.SimpleQueueService.NonExistentQueue';
    throw sqsError('QueueDoesNotExist', 'The specified queue does not exist.', { code });
  };

  const moveTasks = createMessageMoveTasks(queues, now);
  const operations = new Map(Object.entries({ ...QUEUE_OPERATIONS, ...moveOperations(moveTasks) }));

  const answer = async (call: AwsJsonCall): Promise<object> => {
    const input: Input = call.input;
    const operation = operations.get(call.operation);
    if (operation === undefined) throw unknownOperation(`SQS ${call.operation} is not emulated`);
    const unknown = ['MessageAttributes', 'MessageSystemAttributes'].find((name) => name in call.input);
    if (unknown !== undefined) throw sqsError('UnsupportedOperation', `SQS ${unknown} are not emulated`);
    const isMove = /MessageMoveTasks?$/.test(call.operation);
    const queue = isMove ? moveTasks.findSource(input) : findQueue(input.QueueUrl ?? input.QueueName ?? '');
    const action = `sqs:${call.operation.replace(/Batch$/, '')}`;
    const { allowed, message } = authorize({ accessKeyId: call.accessKeyId, action, resource: queue.arn });
    if (!allowed) throw sqsError('AccessDeniedException', message, { status: 403, code: 'AccessDenied' });
    return operation(queue, input, call);
  };

  const server = await startAwsJsonServer({ port, target: 'AmazonSQS', answer });
  return {
    url: server.url,
    createQueue: (name, attributes) => {
      const arn = `arn:aws:sqs:${region}:${accountId}:${name}`;
      const queue = new Queue({ arn, attributes, state: saved[name], now, findQueue });
      queues.set(name, queue);
      return { url: urlOf(queue, server.url), arn };
    },
    send: (queueArn, body, sendOptions) => {
      findQueue(queueArn).send(body, sendOptions);
    },
    poll: ({ queueArn, ...mappingOptions }) => {
      const mapping = startEventSourceMapping(findQueue(queueArn), { ...mappingOptions, region });
      mappings.push(mapping);
      return mapping;
    },
    messages: (queueArn) => findQueue(queueArn).count(),
    close: async () => {
      await Promise.all(mappings.map((mapping) => mapping.close()));
      await server.close();
      saveState(file, queues);
    },
  };
}

const QUEUE_OPERATIONS: Readonly<Record<string, Operation>> = {
  GetQueueUrl: (queue, _input, { host }) => ({ QueueUrl: urlOf(queue, `http://${host}`) }),
  GetQueueAttributes: (queue, { AttributeNames = [] }) => {
    const entries = Object.entries(attributesOfQueue(queue));
    const isWanted = (name: string) => AttributeNames.includes('All') || AttributeNames.includes(name);
    return { Attributes: Object.fromEntries(entries.filter(([name]) => isWanted(name))) };
  },
  SendMessage: (queue, input) => {
    const body = required(input, 'MessageBody');
    const { id, sequenceNumber } = queue.send(body, {
      groupId: input.MessageGroupId,
      deduplicationId: input.MessageDeduplicationId,
      delaySeconds: input.DelaySeconds,
    });
    return { MessageId: id, MD5OfMessageBody: md5(body), SequenceNumber: sequenceNumber };
  },
  ReceiveMessage: async (queue, input, { signal }) => {
    const messages = await queue.receive({
      max: input.MaxNumberOfMessages ?? 1,
      ...(input.VisibilityTimeout !== undefined && { visibilitySeconds: input.VisibilityTimeout }),
      ...(input.WaitTimeSeconds !== undefined && { waitSeconds: input.WaitTimeSeconds }),
      signal,
    });
    return {
      Messages: messages.map((message) => ({
        MessageId: message.id,
        ReceiptHandle: message.receiptHandle,
        Body: message.body,
        MD5OfBody: md5(message.body),
        Attributes: attributesOf(message),
      })),
    };
  },
  DeleteMessage: (queue, input) => {
    queue.delete(required(input, 'ReceiptHandle'));
    return {};
  },
  DeleteMessageBatch: (queue, { Entries = [] }) => {
    for (const { ReceiptHandle } of Entries) queue.delete(ReceiptHandle);
    return { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
  },
  ChangeMessageVisibility: (queue, input) => {
    queue.changeVisibility(required(input, 'ReceiptHandle'), input.VisibilityTimeout ?? 0);
    return {};
  },
  PurgeQueue: (queue) => {
    queue.state.messages.length = 0;
    return {};
  },
};

/** Unlike AWS, they ask for no permission to receive the dead letters and to send them: an operator has all. */
function moveOperations(moveTasks: MessageMoveTasks): Readonly<Record<string, Operation>> {
  return {
    StartMessageMoveTask: async (queue, { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond }) => {
      await moveTasks.start(queue, { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond });
      return { TaskHandle: randomUUID() };
    },
    ListMessageMoveTasks: (queue, { MaxResults }) => ({ Results: moveTasks.list(queue, MaxResults) }),
  };
}

/** Under the address that the caller used, so that its endpoint setting alone is enough. */
function urlOf({ arn }: Queue, base: string): string {
  const [accountId, name] = arn.split(':').slice(-2);
  return `${base}/${accountId}/${name}`;
}

function attributesOfQueue(queue: Queue): Record<string, string> {
  const { visible, inFlight, delayed } = queue.count();
  return {
    ...queue.attributes,
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
}

function required(input: Input, name: 'MessageBody' | 'ReceiptHandle'): string {
  const value = input[name];
  if (value) return value;
  throw sqsError('MissingParameter', `The request must contain the parameter ${name}.`);
}

function readState(file: string | undefined): Record<string, QueueState> {
  return file !== undefined && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** By rename, so that a stop in between leaves the file of before. */
function saveState(file: string | undefined, queues: ReadonlyMap<string, Queue>): void {
  if (file === undefined) return;
  const states = Object.fromEntries([...queues].map(([name, { state }]) => [name, state]));
  writeFileSync(`${file}.new`, JSON.stringify(states));
  renameSync(`${file}.new`, file);
}
