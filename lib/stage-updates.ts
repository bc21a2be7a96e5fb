import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { encryptedQueue } from './encrypted-queue.ts';
import type { ServiceFunction } from './service-function.ts';

/**
 * What IVS tells of who publishes: a rule on the default bus, a queue, and the function that takes it in. An event that
 * could not be put into the queue, or fails ten times, goes to the dead-letter queue; the reconcile pass heals what it
 * would have told.
 */
export class StageUpdates extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, status: ServiceFunction) {
    super(scope, id);
    this.deadLetters = encryptedQueue(this, 'DeadLetters', { retentionPeriod: Duration.days(14) });
    this.queue = encryptedQueue(this, 'Queue', {
      // Lambda asks for six times the function's timeout, so that a throttled invocation does not count as a receive.
      visibilityTimeout: Duration.seconds(6 * (status.function.timeout?.toSeconds() ?? 0)),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 10 },
    });
    this.#fill();
    this.#deliverTo(status);
  }

  /** The product without Real-Time has the same source, so the rule looks at the kind of event. */
  #fill(): void {
    const rule = new CfnRule(this, 'Rule', {
      description: 'Who begins and stops to publish on IVS stages',
      eventPattern: {
        source: ['aws.ivs'],
        'detail-type': ['IVS Stage Update'],
        detail: {
          event_name: ['Participant Published', 'Participant Unpublished', 'Participant Publish Error'],
        },
      },
      targets: [{ id: 'Queue', arn: this.queue.queueArn, deadLetterConfig: { arn: this.deadLetters.queueArn } }],
    });
    for (const queue of [this.queue, this.deadLetters]) {
      queue.addToResourcePolicy(
        new PolicyStatement({
          principals: [new ServicePrincipal('events.amazonaws.com')],
          actions: ['sqs:SendMessage'],
          resources: [queue.queueArn],
          conditions: { ArnEquals: { 'aws:SourceArn': rule.attrArn } },
        }),
      );
    }
  }

  #deliverTo(status: ServiceFunction): void {
    status.addToRolePolicy(
      new PolicyStatement({
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        resources: [this.queue.queueArn],
      }),
    );
    status.function.addEventSourceMapping('StageUpdates', {
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      reportBatchItemFailures: true,
      maxConcurrency: 5,
    });
  }
}
