import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ContextAttribute, Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Duration, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { encryptedQueue } from './encrypted-queue.ts';
import type { ServiceFunction } from './service-function.ts';

/** Runs the clean-up every hour. A run that could not be started lands in the dead-letter queue; the next does its work. */
export class CleanUpSchedule extends Construct {
  constructor(scope: Construct, id: string, cleanUp: ServiceFunction) {
    super(scope, id);
    const deadLetterQueue = encryptedQueue(this, 'DeadLetters', { retentionPeriod: Duration.days(14) });
    Validations.of(deadLetterQueue).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SQS3',
      reason: 'It is a dead-letter queue itself, of a schedule',
    });
    // The role that CDK would make may call every version of the function; this one, only what the schedule calls.
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [cleanUp.function.functionArn] }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetterQueue.queueArn] }));
    new Schedule(this, 'Hourly', {
      description: 'Removes stale stages and orphans',
      schedule: ScheduleExpression.rate(Duration.hours(1)),
      target: new LambdaInvoke(cleanUp.function, {
        input: ScheduleTargetInput.fromObject({ time: ContextAttribute.scheduledTime }),
        retryAttempts: 2,
        maxEventAge: Duration.minutes(30),
        deadLetterQueue,
        role: role.withoutPolicyUpdates(),
      }),
    });
  }
}
