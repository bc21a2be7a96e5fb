import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { METRIC_UNITS, METRICS_NAMESPACE } from '../../lambdas/metric-names.ts';
import { synthesize } from '../support/synthesized.ts';

const { template } = synthesize();

interface AlarmProperties {
  readonly AlarmName: string;
  readonly AlarmActions: unknown;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly TreatMissingData: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
}
const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(
  ({ Properties }) => Properties as AlarmProperties,
);
const dashboardOf = (stack: typeof template): string =>
  JSON.stringify(Object.values(stack.findResources('AWS::CloudWatch::Dashboard'))[0]?.Properties.DashboardBody);

describe('the alarms', () => {
  it('tell the one topic, which only alarms of this account may write to, by TLS', () => {
    template.resourceCountIs('AWS::SNS::Topic', 1);
    for (const { AlarmActions } of alarms) {
      expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^MonitoringAlarms/) }]);
    }
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ],
      },
    });
  });

  it('watch every queue that dead letters go to', () => {
    const deadLetterQueues = Object.keys(template.findResources('AWS::SQS::Queue')).filter((id) =>
      id.includes('DeadLetters'),
    );
    const watched = alarms
      .filter(({ MetricName }) => MetricName === 'ApproximateNumberOfMessagesVisible')
      .map(({ Dimensions }) => JSON.stringify(Dimensions[0]?.Value));
    expect(deadLetterQueues.length).toBeGreaterThanOrEqual(5);
    for (const id of deadLetterQueues) expect(watched.filter((queue) => queue.includes(id))).toHaveLength(1);
  });

  it('watch the errors of every function', () => {
    const watched = alarms.filter(({ MetricName, Namespace }) => Namespace === 'AWS/Lambda' && MetricName === 'Errors');
    expect(watched).toHaveLength(Object.keys(template.findResources('AWS::Lambda::Function')).length);
  });

  it('ring for missing data only where data must come', () => {
    const breaching = alarms.filter(({ TreatMissingData }) => TreatMissingData === 'breaching');
    expect(breaching.map(({ AlarmName }) => AlarmName).sort()).toEqual([
      'Stagedoor-CleanUpMissing',
      'Stagedoor-ReconcileMissing',
    ]);
    for (const { TreatMissingData } of alarms) expect(TreatMissingData).toMatch(/^(notB|b)reaching$/);
  });

  it('watch metrics under the names and the dimension by which the functions write them', () => {
    const own = alarms.filter(({ Namespace }) => Namespace === METRICS_NAMESPACE);
    expect(own.length).toBeGreaterThan(0);
    for (const { MetricName, Dimensions } of own) {
      expect(Object.keys(METRIC_UNITS)).toContain(MetricName);
      expect(Dimensions).toEqual([{ Name: 'Deployment', Value: 'Stagedoor' }]);
    }
  });

  it('are sent by e-mail when the operator gives an address', () => {
    template.resourceCountIs('AWS::SNS::Subscription', 0);
    synthesize({ alarmEmail: 'ops@example.com' }).template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
  });
});

describe('the dashboard', () => {
  it('shows every metric that the functions write, but the one that follows from two of them', () => {
    const body = dashboardOf(template);
    const left = Object.keys(METRIC_UNITS).filter((name) => !body.includes(name));
    expect(left).toEqual(['StageQuotaUsed']);
  });

  it('draws the quota as the operator set it', () => {
    expect(dashboardOf(synthesize({ stageQuota: 5000 }).template)).toContain('\\"value\\":5000');
  });

  it('is named after the deployment', () => {
    synthesize({ deploymentName: 'test' }).template.hasResourceProperties('AWS::CloudWatch::Dashboard', {
      DashboardName: 'Stagedoor-test',
    });
  });
});

it('outputs what the operator needs to find all this', () => {
  for (const name of ['DashboardName', 'AlarmTopicArn', 'ProvisioningDeadLettersArn']) template.hasOutput(name, {});
});

describe('requests for room', () => {
  it('go to the clean-up one by one, come back when the run is certainly over, and die within the hour', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      FifoQueue: true,
      VisibilityTimeout: 16 * 60,
      MessageRetentionPeriod: 3600,
      RedrivePolicy: Match.objectLike({ maxReceiveCount: 3 }),
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 1,
      FunctionName: { Ref: Match.stringLikeRegexp('^CleanUpFunction') },
    });
  });
});
