import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { type AlarmDefinition, alarmsOf } from './alarms.ts';
import { createDashboard } from './dashboard.ts';
import { ServiceMetrics } from './service-metrics.ts';
import { type Settings, stackName } from './settings.ts';
import type { Watched } from './watched.ts';

export interface MonitoringProps {
  readonly settings: Pick<Settings, 'deploymentName' | 'alarmEmail' | 'stageQuota'>;
  readonly watched: Watched;
}

/** One dashboard, and alarms that tell one topic. Each alarm has a section in docs/operations.md. */
export class Monitoring extends Construct {
  readonly dashboardName: string;
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { settings, watched }: MonitoringProps) {
    super(scope, id);
    const deployment = stackName(settings);
    const metrics = new ServiceMetrics(deployment);
    this.topic = alarmTopic(this, settings);
    const action = new SnsAction(this.topic);
    for (const alarm of alarmsOf(watched, metrics)) this.#addAlarm(deployment, alarm).addAlarmAction(action);
    createDashboard(this, { dashboardName: deployment, metrics, watched, stageQuota: settings.stageQuota });
    this.dashboardName = deployment;
  }

  #addAlarm(deployment: string, { id, symptom, section, metric, ...rule }: AlarmDefinition): Alarm {
    const { bad, of } = rule.periods ?? { bad: 1, of: 1 };
    return new Alarm(this, id, {
      alarmName: `${deployment}-${id}`,
      alarmDescription: `${symptom} See docs/operations.md#${section}`,
      metric,
      ...thresholdOf(rule),
      datapointsToAlarm: bad,
      evaluationPeriods: of,
      treatMissingData: rule.needsData ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
  }
}

const thresholdOf = ({ threshold }: Pick<AlarmDefinition, 'threshold'>) =>
  'above' in threshold
    ? { threshold: threshold.above, comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD }
    : { threshold: threshold.below, comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD };

function alarmTopic(scope: Construct, { alarmEmail }: Pick<Settings, 'alarmEmail'>): Topic {
  const topic = new Topic(scope, 'Alarms', { displayName: 'Stagedoor alarms', enforceSSL: true });
  // With a policy of its own the topic loses the one it is born with, which let this account's alarms publish.
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  );
  if (alarmEmail !== '') topic.addSubscription(new EmailSubscription(alarmEmail));
  return topic;
}
