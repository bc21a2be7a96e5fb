import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { encryptedQueue } from './encrypted-queue.ts';
import type { ServiceFunction } from './service-function.ts';

/**
 * Requests to make room in a region that has no stage left. FIFO with one message group and one deduplication id, so that SQS
 * lets through one request in five minutes, and one at a time. Who asks later asks anew: old requests die.
 */
export class RoomQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, cleanUp: ServiceFunction) {
    super(scope, id);
    this.deadLetters = encryptedQueue(this, 'DeadLetters', { fifo: true, retentionPeriod: Duration.days(14) });
    this.queue = encryptedQueue(this, 'Queue', {
      fifo: true,
      // Until a failed request is visible again no other one is delivered, so not the sixfold that is usual: a request that is
      // delivered twice does no harm, because runs hold a lease.
      visibilityTimeout: cleanUp.timeout.plus(Duration.minutes(1)),
      retentionPeriod: Duration.hours(1),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 3 },
    });
    this.#grant(cleanUp, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes');
    cleanUp.function.addEventSourceMapping('RoomRequests', { eventSourceArn: this.queue.queueArn, batchSize: 1 });
  }

  grantSend(fn: ServiceFunction): void {
    this.#grant(fn, 'sqs:SendMessage');
    fn.setEnvironment('ROOM_QUEUE_URL', this.queue.queueUrl);
  }

  #grant(fn: ServiceFunction, ...actions: string[]): void {
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.queue.queueArn] }));
  }
}
