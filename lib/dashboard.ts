import { Color, Dashboard, GraphWidget, type IMetric, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { ServiceMetrics } from './service-metrics.ts';
import type { Watched } from './watched.ts';

interface DashboardProps {
  readonly dashboardName: string;
  readonly metrics: ServiceMetrics;
  readonly watched: Watched;
  readonly stageQuota: number;
}

/** The whole deployment on one page: stages and users first, then the work behind them, then what fails. */
export function createDashboard(scope: Construct, props: DashboardProps): void {
  const { dashboardName, metrics, watched } = props;
  new Dashboard(scope, 'Dashboard', {
    dashboardName,
    defaultInterval: Duration.days(1),
    widgets: [
      [stagesInUse(props), liveStages(metrics), newStages(metrics)],
      [queues(watched), throttles(props), liveStatus(metrics)],
      [cleanUpRuns(metrics), cleanUpResults(metrics), graph('Dead letters', deadLetters(watched))],
      [apiRequests(watched), apiLatency(watched), graph('Function errors', functionErrors(watched))],
      [graph('Function duration, p99', functionDurations(watched)), participants(metrics), signingKey(metrics)],
    ],
  });
}

const stagesInUse = ({ metrics, stageQuota }: DashboardProps): IWidget =>
  new GraphWidget({
    title: 'Stages in use',
    width: 8,
    left: [metrics.maximum('StagesInUse'), metrics.maximum('StagesInRegion')],
    leftAnnotations: [{ value: stageQuota, label: 'quota as set', color: Color.RED }],
    leftYAxis: { min: 0 },
  });

const liveStages = (metrics: ServiceMetrics): IWidget => {
  const everyFiveMinutes = Duration.minutes(5);
  return graph('Live', [
    metrics.maximum('LiveStages', everyFiveMinutes),
    metrics.sum('ReconcileFailures', everyFiveMinutes),
    metrics.maximum('ReconcileSeconds', everyFiveMinutes),
    metrics.maximum('Publishers', everyFiveMinutes),
    metrics.maximum('Participants', everyFiveMinutes),
  ]);
};

const newStages = (metrics: ServiceMetrics): IWidget =>
  graph('New stages', [
    metrics.sum('StagesCreated'),
    metrics.sum('VisitsQueued'),
    metrics.sum('SignInsWithoutStage'),
    metrics.sum('StageQuotaReached'),
  ]);

const queues = ({ queues: watchedQueues }: Watched): IWidget =>
  graph(
    'Queues: messages, and seconds of the oldest (right)',
    Object.entries(watchedQueues).map(([name, { queue }]) =>
      queue.metricApproximateNumberOfMessagesVisible({ label: name, statistic: 'Maximum' }),
    ),
    Object.entries(watchedQueues).map(([name, { queue }]) =>
      queue.metricApproximateAgeOfOldestMessage({ label: `${name}, oldest`, statistic: 'Maximum' }),
    ),
  );

const throttles = ({ metrics, watched }: DashboardProps): IWidget =>
  graph('Throttled: by IVS, by Lambda', [
    metrics.sum('IvsThrottles'),
    ...Object.entries(watched.functions).map(([name, fn]) => fn.function.metricThrottles({ label: name })),
  ]);

const liveStatus = (metrics: ServiceMetrics): IWidget =>
  graph('Live status', [
    metrics.sum('StageUpdatesApplied'),
    metrics.sum('StageUpdatesDropped'),
    metrics.sum('LiveStatusCorrected'),
  ]);

const participants = (metrics: ServiceMetrics): IWidget =>
  graph('Checks of rights', [metrics.sum('ParticipantsPutOut'), metrics.sum('ParticipantsUnknown')]);

const signingKey = (metrics: ServiceMetrics): IWidget =>
  graph('Signing key: unavailable, no room for a new one', [
    metrics.sum('SigningKeyUnavailable'),
    metrics.sum('SigningKeySlotsFull'),
  ]);

const cleanUpRuns = (metrics: ServiceMetrics): IWidget =>
  graph(
    'Clean-up: seconds, and hours of the longest idle owner (right)',
    [metrics.maximum('CleanUpSeconds')],
    [metrics.maximum('OldestIdleHours')],
  );

const cleanUpResults = (metrics: ServiceMetrics): IWidget => {
  const hour = Duration.hours(1);
  return graph('Clean-up: results', [
    metrics.sum('StagesRemoved', hour),
    metrics.sum('OrphansFound', hour),
    metrics.sum('UsersForgotten', hour),
    metrics.sum('UsersGoneRefused', hour),
    metrics.sum('ForeignStages', hour),
    metrics.sum('CleanUpFailures', hour),
  ]);
};

const deadLetters = ({ deadLetterQueues }: Watched): IMetric[] =>
  Object.entries(deadLetterQueues).map(([label, queue]) =>
    queue.metricApproximateNumberOfMessagesVisible({ label, statistic: 'Maximum' }),
  );

const apiRequests = ({ api: { http } }: Watched): IWidget =>
  graph('API: requests', [
    http.metricCount({ label: 'all' }),
    http.metricClientError({ label: '4xx' }),
    http.metricServerError({ label: '5xx' }),
  ]);

const apiLatency = ({ api: { http } }: Watched): IWidget =>
  graph('API: latency in ms', [
    http.metricLatency({ label: 'p50', statistic: 'p50' }),
    http.metricLatency({ label: 'p99', statistic: 'p99' }),
  ]);

const functionErrors = ({ functions }: Watched): IMetric[] =>
  Object.entries(functions).map(([label, fn]) => fn.function.metricErrors({ label }));

const functionDurations = ({ functions }: Watched): IMetric[] =>
  Object.entries(functions).map(([label, fn]) => fn.function.metricDuration({ label, statistic: 'p99' }));

const graph = (title: string, left: IMetric[], right: IMetric[] = []): IWidget =>
  new GraphWidget({
    title,
    width: 8,
    left,
    right,
    leftYAxis: { min: 0 },
    ...(right.length > 0 && { rightYAxis: { min: 0 } }),
  });
