import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { encryptedQueue } from './encrypted-queue.ts';
import type { ServiceFunction } from './service-function.ts';

/**
 * Users whose stage could not be made at once. FIFO with one message group, so that one sender drains it at one pace below
 * the quota of CreateStage. What may fail how often before it goes to the dead-letter queue:
 * docs/adr/0005-failed-messages-come-back-soon.md.
 */
export class ProvisioningQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, worker: ServiceFunction) {
    super(scope, id);
    this.deadLetters = encryptedQueue(this, 'DeadLetters', { fifo: true, retentionPeriod: Duration.days(14) });
    this.queue = encryptedQueue(this, 'Queue', {
      fifo: true,
      // Lambda asks for six times the worker's timeout, so that a throttled invocation does not count as a receive.
      visibilityTimeout: Duration.seconds(6 * worker.timeout.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 50 },
    });
    this.#deliverTo(worker);
  }

  grantSend(fn: ServiceFunction): void {
    this.#grant(fn, 'sqs:SendMessage', 'sqs:GetQueueAttributes');
    fn.setEnvironment('PROVISIONING_QUEUE_URL', this.queue.queueUrl);
  }

  #deliverTo(worker: ServiceFunction): void {
    this.#grant(
      worker,
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ChangeMessageVisibility',
    );
    worker.setEnvironment('PROVISIONING_QUEUE_URL', this.queue.queueUrl);
    worker.function.addEventSourceMapping('Messages', {
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      reportBatchItemFailures: true,
    });
  }

  #grant(fn: ServiceFunction, ...actions: string[]): void {
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.queue.queueArn] }));
  }
}
