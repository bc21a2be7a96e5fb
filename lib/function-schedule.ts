import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ContextAttribute, Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Duration, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { encryptedQueue } from './encrypted-queue.ts';
import type { ServiceFunction } from './service-function.ts';

export interface FunctionScheduleProps {
  readonly fn: ServiceFunction;
  readonly description: string;
  readonly every: Duration;
}

/**
 * Runs a function at a rate, and tells it for which time. A run that could not be started within half of that time lands in
 * the dead-letter queue; the next does its work.
 */
export class FunctionSchedule extends Construct {
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { fn, description, every }: FunctionScheduleProps) {
    super(scope, id);
    this.deadLetters = encryptedQueue(this, 'DeadLetters', { retentionPeriod: Duration.days(14) });
    Validations.of(this.deadLetters).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SQS3',
      reason: 'It is a dead-letter queue itself, of a schedule',
    });
    // The role that CDK would make may call every version of the function; this one, only what the schedule calls.
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [fn.function.functionArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetters.queueArn] }));
    new Schedule(this, 'Rate', {
      description,
      schedule: ScheduleExpression.rate(every),
      target: new LambdaInvoke(fn.function, {
        input: ScheduleTargetInput.fromObject({ time: ContextAttribute.scheduledTime }),
        retryAttempts: 2,
        maxEventAge: Duration.seconds(every.toSeconds() / 2),
        deadLetterQueue: this.deadLetters,
        role: role.withoutPolicyUpdates(),
      }),
    });
  }
}
