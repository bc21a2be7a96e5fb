import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { encryptedQueue } from './encrypted-queue.ts';
import type { ServiceFunction } from './service-function.ts';

/**
 * Looks, some time after rights were taken away, at who is still there with them. A standard queue, because a FIFO queue knows
 * no delay of a single message.
 */
export class RightsChecks extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, status: ServiceFunction) {
    super(scope, id);
    this.deadLetters = encryptedQueue(this, 'DeadLetters', { retentionPeriod: Duration.days(14) });
    this.queue = encryptedQueue(this, 'Queue', {
      // Not the sixfold that is usual: a check that failed shall come back soon, and one that runs twice does no harm.
      visibilityTimeout: status.timeout.plus(Duration.seconds(10)),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 10 },
    });
    this.#grant(status, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes');
    status.function.addEventSourceMapping('RightsChecks', {
      eventSourceArn: this.queue.queueArn,
      batchSize: 1,
      reportBatchItemFailures: true,
      // The least that Lambda allows: IVS's five calls a second are everybody's.
      maxConcurrency: 2,
    });
  }

  grantSend(fn: ServiceFunction): void {
    this.#grant(fn, 'sqs:SendMessage');
    fn.setEnvironment('RIGHTS_CHECK_QUEUE_URL', this.queue.queueUrl);
  }

  #grant(fn: ServiceFunction, ...actions: string[]): void {
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.queue.queueArn] }));
  }
}
