import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { synthesize } from '../support/synthesized.ts';

const { template } = synthesize();

const idOf = (type: string, prefix: string): string => {
  const ids = Object.keys(template.findResources(type)).filter((id) => id.startsWith(prefix));
  if (ids.length !== 1 || !ids[0]) throw new Error(`not one ${type} ${prefix}: ${ids.join()}`);
  return ids[0];
};
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const queue = idOf('AWS::SQS::Queue', 'StageUpdatesQueue');
const deadLetters = idOf('AWS::SQS::Queue', 'StageUpdatesDeadLetters');
const rule = idOf('AWS::Events::Rule', 'StageUpdates');

describe('the rule', () => {
  it('takes the three kinds of event that matter, and leaves what it cannot deliver to the dead-letter queue', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.ivs'],
        'detail-type': ['IVS Stage Update'],
        detail: { event_name: ['Participant Published', 'Participant Unpublished', 'Participant Publish Error'] },
      },
      Targets: [Match.objectLike({ Arn: arnOf(queue), DeadLetterConfig: { Arn: arnOf(deadLetters) } })],
    });
  });

  it.each([queue, deadLetters])('alone may send to %s', (id) => {
    const [policy] = Object.values(template.findResources('AWS::SQS::QueuePolicy')).filter(({ Properties }) =>
      JSON.stringify(Properties.Queues).includes(id),
    );
    const allowed = policy?.Properties.PolicyDocument.Statement.filter(
      ({ Effect }: { readonly Effect: string }) => Effect === 'Allow',
    );
    expect(allowed).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: arnOf(id),
        Condition: { ArnEquals: { 'aws:SourceArn': arnOf(rule) } },
      },
    ]);
  });
});

describe('the queue', () => {
  it('gives a message ten tries, each six times as long as the function may take', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 180,
      RedrivePolicy: { deadLetterTargetArn: arnOf(deadLetters), maxReceiveCount: 10 },
    });
  });

  it('is delivered in batches that report failures, five at once', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: arnOf(queue),
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
    });
  });
});

describe('the reconcile pass', () => {
  it('runs every five minutes, and ends before the next', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(5 minutes)',
      Target: Match.objectLike({ RetryPolicy: { MaximumEventAgeInSeconds: 150, MaximumRetryAttempts: 2 } }),
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Compares live status with IVS',
      Timeout: 270,
    });
  });
});
