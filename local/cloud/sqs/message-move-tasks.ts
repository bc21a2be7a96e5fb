import { randomUUID } from 'node:crypto';
import { type Queue, sqsError } from './queue.ts';

export interface MoveRequest {
  readonly SourceArn?: string | undefined;
  readonly DestinationArn?: string | undefined;
  readonly MaxNumberOfMessagesPerSecond?: number | undefined;
}

/** As ListMessageMoveTasks tells of it. */
export interface MoveTask extends MoveRequest {
  readonly Status: 'COMPLETED' | 'FAILED';
  readonly FailureReason?: string;
  readonly ApproximateNumberOfMessagesMoved: number;
  readonly ApproximateNumberOfMessagesToMove: number;
  /** Milliseconds since the epoch. */
  readonly StartedTimestamp: number;
}

export interface MessageMoveTasks {
  /** Throws where there is no such queue. */
  findSource(request: MoveRequest): Queue;
  /** Moves what is visible now, at once whatever rate was asked for. */
  start(source: Queue, request: MoveRequest): Promise<void>;
  /** Newest first; without a number, the newest alone. */
  list(source: Queue, maxResults: number | undefined): readonly MoveTask[];
}

export function createMessageMoveTasks(queues: ReadonlyMap<string, Queue>, now: () => number): MessageMoveTasks {
  const tasks: MoveTask[] = [];
  const find = (arn: string) => [...queues.values()].find((queue) => queue.arn === arn);
  const findNamed = (request: MoveRequest, parameter: 'SourceArn' | 'DestinationArn') => {
    const queue = find(request[parameter] ?? '');
    if (queue !== undefined) return queue;
    const message = `The resource that you specified for the ${parameter} parameter doesn't exist.`;
    throw sqsError('ResourceNotFoundException', message, { status: 404 });
  };

  return {
    findSource: (request) => findNamed(request, 'SourceArn'),
    start: async (source, request) => {
      if (![...queues.values()].some(({ deadLetterArn }) => deadLetterArn === source.arn)) {
        throw invalid('Source queue must be configured as a Dead Letter Queue.');
      }
      const destination = request.DestinationArn === undefined ? undefined : findNamed(request, 'DestinationArn');
      if (destination !== undefined) assertOther(source, destination);
      assertWithin(request.MaxNumberOfMessagesPerSecond, 'MaxNumberOfMessagesPerSecond', 500);
      const StartedTimestamp = now();
      const outcome = await moveMessages(source, (origin) => destination ?? find(origin));
      tasks.unshift({ ...request, ...outcome, StartedTimestamp });
    },
    list: (source, maxResults) => {
      assertWithin(maxResults, 'MaxResults', 10);
      return tasks.filter(({ SourceArn }) => SourceArn === source.arn).slice(0, maxResults ?? 1);
    },
  };
}

function assertOther(source: Queue, destination: Queue): void {
  if (destination === source) throw invalid('Source queue arn and destination queue arn cannot be the same.');
  if (destination.isFifo === source.isFifo) return;
  throw invalid('The source queue and destination queue must be of the same queue type.');
}

function assertWithin(value: number | undefined, parameter: string, max: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= max)) return;
  throw invalid(`Value ${value} for parameter ${parameter} is invalid. Reason: Must be an integer from 1 to ${max}.`);
}

/** As SQS does it: receive, send, delete. So the receive counts, and what is in flight stays where it is. */
async function moveMessages(source: Queue, destinationOf: (originArn: string) => Queue | undefined) {
  const toMove = source.count().visible;
  const outcome = (status: MoveTask['Status'], moved: number) => ({
    Status: status,
    ApproximateNumberOfMessagesMoved: moved,
    ApproximateNumberOfMessagesToMove: toMove,
  });
  // Not until the queue is empty: a consumer that fails again would keep this going for ever.
  for (let moved = 0; moved < toMove; moved += 1) {
    const [message] = await source.receive({ max: 1, waitSeconds: 0, signal: new AbortController().signal });
    if (message === undefined) return outcome('COMPLETED', moved);
    const destination = destinationOf(message.originArn ?? '');
    // For example what was sent to the dead letters directly.
    if (destination === undefined)
      return { ...outcome('FAILED', moved), FailureReason: 'CouldNotDetermineMessageSource' };
    // With its old deduplication id it would be dropped as a repetition of itself.
    destination.send(message.body, {
      groupId: message.groupId,
      ...(destination.isFifo && { deduplicationId: randomUUID() }),
    });
    source.delete(message.receiptHandle);
  }
  return outcome('COMPLETED', toMove);
}

function invalid(message: string) {
  return sqsError('InvalidParameterValue', message);
}
