import { it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { synthesize } from '../support/synthesized.ts';

const { template } = synthesize();

const idOf = (prefix: string) =>
  Object.keys(template.findResources('AWS::SQS::Queue')).find((id) => id.startsWith(prefix)) ?? '';
const queueArn = { 'Fn::GetAtt': [idOf('RightsChecksQueue'), 'Arn'] };

it('rights checks come back soon when they fail, and die after ten times or four days', () => {
  template.hasResourceProperties('AWS::SQS::Queue', {
    FifoQueue: Match.absent(),
    VisibilityTimeout: 40,
    MessageRetentionPeriod: 4 * 86_400,
    RedrivePolicy: {
      deadLetterTargetArn: { 'Fn::GetAtt': [idOf('RightsChecksDeadLetters'), 'Arn'] },
      maxReceiveCount: 10,
    },
  });
});

it('two rights checks run at once, which pace themselves by that', () => {
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: queueArn,
    BatchSize: 1,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: 2 },
    FunctionName: { Ref: Match.stringLikeRegexp('^StatusFunction') },
  });
});
