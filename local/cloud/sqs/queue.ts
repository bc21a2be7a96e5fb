import { createHash, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { AwsError } from '../aws-json-server.ts';

export interface Message {
  readonly id: string;
  readonly body: string;
  /** FIFO only. */
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly sequenceNumber: string | undefined;
  /** Of a dead letter: the queue that it was moved from. */
  readonly originArn?: string;
  /** Milliseconds since the epoch, as all times here. */
  readonly sentAt: number;
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt: number | undefined;
  /** Of the last receive: an older handle no longer deletes the message, as SQS reserves the right to. */
  receiptHandle: string;
}

export interface QueueState {
  readonly messages: Message[];
  /** Deduplication id → when it was first sent. */
  readonly deduplication: Record<string, number>;
  sequence: number;
}

export interface SendOptions {
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly delaySeconds?: number | undefined;
}

const DEFAULTS = {
  VisibilityTimeout: '30',
  DelaySeconds: '0',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  MaximumMessageSize: '1048576',
};
const OTHERS = ['FifoQueue', 'ContentBasedDeduplication', 'RedrivePolicy', 'RedriveAllowPolicy'];
const ENCRYPTION = ['SqsManagedSseEnabled', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds'];
const ATTRIBUTES = new Set([...Object.keys(DEFAULTS), ...OTHERS, ...ENCRYPTION]);

const DEDUPLICATION_MS = 5 * 60_000;
/** How soon a waiting receive notices that a message has become visible. */
const CHECK_INTERVAL_MS = 100;

export class Queue {
  readonly name: string;
  readonly arn: string;
  readonly state: QueueState;
  readonly attributes: Readonly<Record<string, string>> & typeof DEFAULTS;
  readonly isFifo: boolean;
  /** Where messages go that were received too often. */
  readonly deadLetterArn: string | undefined;
  readonly #maxReceiveCount: number;
  readonly #now: () => number;
  readonly #findQueue: (arn: string) => Queue;
  /** Aborts when there may be something to receive; then a new one takes its place. */
  #changed = new AbortController();

  constructor(options: {
    arn: string;
    attributes: Readonly<Record<string, string>>;
    state: QueueState | undefined;
    now: () => number;
    findQueue: (arn: string) => Queue;
  }) {
    const unknown = Object.keys(options.attributes).find((name) => !ATTRIBUTES.has(name));
    if (unknown !== undefined) throw sqsError('InvalidAttributeName', `Queue attribute ${unknown} is not emulated`);
    this.arn = options.arn;
    this.name = options.arn.split(':').at(-1) ?? '';
    this.state = options.state ?? { messages: [], deduplication: {}, sequence: 0 };
    this.attributes = { ...DEFAULTS, ...options.attributes };
    this.isFifo = this.attributes.FifoQueue === 'true';
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(this.attributes.RedrivePolicy ?? '{}');
    this.deadLetterArn = deadLetterTargetArn;
    this.#maxReceiveCount = Number(maxReceiveCount);
    this.#now = options.now;
    this.#findQueue = options.findQueue;
    if (this.isFifo !== this.name.endsWith('.fifo')) {
      throw sqsError('InvalidParameterValue', 'The name of a FIFO queue, and of no other, must end with .fifo');
    }
  }

  send(body: string, { groupId, deduplicationId, delaySeconds }: SendOptions = {}): Message {
    const now = this.#now();
    if (Buffer.byteLength(body) > Number(this.attributes.MaximumMessageSize)) {
      const reason = `Message must be shorter than ${this.attributes.MaximumMessageSize} bytes.`;
      throw sqsError('InvalidParameterValue', `One or more parameters are invalid. Reason: ${reason}`);
    }
    this.#assertDelay(delaySeconds);
    const message: Message = {
      id: randomUUID(),
      body,
      groupId,
      deduplicationId: this.isFifo ? this.#deduplicationIdOf(body, groupId, deduplicationId) : undefined,
      sequenceNumber: this.isFifo ? String(++this.state.sequence).padStart(20, '0') : undefined,
      sentAt: now,
      visibleAt: now + (delaySeconds ?? Number(this.attributes.DelaySeconds)) * 1000,
      receiveCount: 0,
      firstReceivedAt: undefined,
      receiptHandle: '',
    };
    if (!this.#isDuplicate(message)) this.#add(message);
    return message;
  }

  /** Waits for at least one message, or until the time is over or the signal aborts. */
  async receive(options: { max: number; visibilitySeconds?: number; waitSeconds?: number; signal: AbortSignal }) {
    const { max, visibilitySeconds = Number(this.attributes.VisibilityTimeout), signal } = options;
    const waitSeconds = options.waitSeconds ?? Number(this.attributes.ReceiveMessageWaitTimeSeconds);
    const ended = AbortSignal.any([signal, AbortSignal.timeout(waitSeconds * 1000)]);
    for (;;) {
      if (signal.aborted) return [];
      const messages = this.#take(max, visibilitySeconds);
      if (messages.length > 0 || waitSeconds === 0 || ended.aborted) return messages;
      // An abort only ends the pause early.
      const wake = AbortSignal.any([ended, this.#changed.signal]);
      await setTimeout(CHECK_INTERVAL_MS, undefined, { signal: wake }).catch(() => {});
    }
  }

  delete(receiptHandle: string): void {
    const index = this.state.messages.findIndex((message) => message.receiptHandle === receiptHandle);
    if (index < 0) return;
    this.state.messages.splice(index, 1);
    this.#wake();
  }

  changeVisibility(receiptHandle: string, seconds: number): void {
    const now = this.#now();
    const message = this.state.messages.find((candidate) => candidate.receiptHandle === receiptHandle);
    if (message === undefined || message.visibleAt <= now) {
      throw sqsError('MessageNotInflight', 'The message referred to is not in flight.');
    }
    message.visibleAt = now + seconds * 1000;
    this.#wake();
  }

  count(): { visible: number; inFlight: number; delayed: number } {
    const now = this.#now();
    const hidden = this.state.messages.filter(({ visibleAt }) => visibleAt > now);
    const inFlight = hidden.filter(({ receiveCount }) => receiveCount > 0).length;
    return { visible: this.state.messages.length - hidden.length, inFlight, delayed: hidden.length - inFlight };
  }

  #take(max: number, visibilitySeconds: number): Message[] {
    const now = this.#now();
    const taken: Message[] = [];
    const isInFlight = ({ receiveCount, visibleAt }: Message) => receiveCount > 0 && visibleAt > now;
    const blockedGroups = new Set(this.state.messages.filter(isInFlight).map(({ groupId }) => groupId));
    for (const message of [...this.state.messages]) {
      if (taken.length === max) break;
      if (this.#isRetired(message, now)) continue;
      const isBlocked = this.isFifo && blockedGroups.has(message.groupId);
      if (isBlocked || message.visibleAt > now) continue;
      if (this.#moveToDeadLetters(message)) continue;
      message.receiveCount += 1;
      message.firstReceivedAt ??= now;
      message.visibleAt = now + visibilitySeconds * 1000;
      message.receiptHandle = randomUUID();
      taken.push(message);
    }
    return taken;
  }

  #isRetired(message: Message, now: number): boolean {
    const isRetired = message.sentAt + Number(this.attributes.MessageRetentionPeriod) * 1000 <= now;
    if (isRetired) this.state.messages.splice(this.state.messages.indexOf(message), 1);
    return isRetired;
  }

  #moveToDeadLetters(message: Message): boolean {
    if (this.deadLetterArn === undefined || message.receiveCount < this.#maxReceiveCount) return false;
    this.state.messages.splice(this.state.messages.indexOf(message), 1);
    const deadLetter = { ...message, receiveCount: 0, firstReceivedAt: undefined, originArn: this.arn };
    this.#findQueue(this.deadLetterArn).#add(deadLetter);
    return true;
  }

  #add(message: Message): void {
    this.state.messages.push(message);
    this.#wake();
  }

  #wake(): void {
    this.#changed.abort();
    this.#changed = new AbortController();
  }

  #assertDelay(delaySeconds = 0): void {
    const refusal = `Value ${delaySeconds} for parameter DelaySeconds is invalid. Reason:`;
    if (!(Number.isInteger(delaySeconds) && delaySeconds >= 0 && delaySeconds <= 900)) {
      throw sqsError('InvalidParameterValue', `${refusal} DelaySeconds must be >= 0 and <= 900.`);
    }
    if (!this.isFifo || delaySeconds === 0) return;
    const reason = 'The request include parameter that is not valid for this queue type.';
    throw sqsError('InvalidParameterValue', `${refusal} ${reason}`);
  }

  #deduplicationIdOf(body: string, groupId: string | undefined, deduplicationId: string | undefined): string {
    if (groupId === undefined) {
      throw sqsError('MissingParameter', 'The request must contain the parameter MessageGroupId.');
    }
    if (deduplicationId !== undefined) return deduplicationId;
    if (this.attributes.ContentBasedDeduplication === 'true') return createHash('sha256').update(body).digest('hex');
    const reason = 'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided';
    throw sqsError('InvalidParameterValue', `${reason} explicitly`);
  }

  #isDuplicate({ deduplicationId, sentAt }: Message): boolean {
    if (deduplicationId === undefined) return false;
    const { deduplication } = this.state;
    for (const [id, at] of Object.entries(deduplication)) if (at + DEDUPLICATION_MS <= sentAt) delete deduplication[id];
    const isDuplicate = deduplicationId in deduplication;
    deduplication[deduplicationId] ??= sentAt;
    return isDuplicate;
  }
}

/** The SDK takes the error's code from the header where it is one of the older query protocol. */
export function sqsError(name: string, message: string, options: { status?: number; code?: string } = {}): AwsError {
  const headers = { 'x-amzn-query-error': `${options.code ?? name};Sender` };
  return new AwsError(`com.amazonaws.sqs#${name}`, message, { status: options.status ?? 400, headers });
}
