import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { ServiceMetrics } from './service-metrics.ts';
import type { Watched, WatchedQueue } from './watched.ts';

export interface AlarmDefinition {
  readonly id: string;
  /** What somebody would notice, in one sentence. */
  readonly symptom: string;
  /** Anchor of the section of docs/operations.md that says what it means and what to do. */
  readonly section: string;
  readonly metric: IMetric;
  readonly threshold: { readonly above: number } | { readonly below: number };
  /** How many of how many periods must be so. @default 1 of 1 */
  readonly periods?: { readonly bad: number; readonly of: number };
  /** No data is bad news. @default false */
  readonly needsData?: boolean;
}

/** Everything that should wake somebody, or that they should know the next morning. */
export const alarmsOf = (watched: Watched, metrics: ServiceMetrics): readonly AlarmDefinition[] => [
  ...signInAlarms(watched, metrics),
  ...stageAlarms(metrics),
  ...cleanUpAlarms(metrics),
  ...liveStatusAlarms(metrics),
  ...signingKeyAlarms(metrics),
  apiAlarm(watched),
  ...Object.entries(watched.functions).map(functionAlarm),
  ...Object.entries(watched.queues).flatMap(queueAlarms),
  ...Object.entries(watched.deadLetterQueues).map(deadLetterAlarm),
];

const signInAlarms = ({ signIn }: Watched, metrics: ServiceMetrics): readonly AlarmDefinition[] => [
  {
    id: 'SignInsThrottled',
    symptom:
      'Logins are refused: Lambda throttles the sign-in function, and Cognito fails a login whose trigger does not run.',
    section: 'logins-are-refused',
    metric: signIn.function.metricThrottles({ period: Duration.minutes(1) }),
    threshold: { above: 0 },
  },
  {
    id: 'SignInsWithoutStage',
    symptom: 'Users sign in, but get no stage and are not queued for one.',
    section: 'users-sign-in-without-a-stage',
    metric: metrics.sum('SignInsWithoutStage'),
    threshold: { above: 0 },
  },
];

const stageAlarms = (metrics: ServiceMetrics): readonly AlarmDefinition[] => [
  {
    id: 'StageQuotaReached',
    symptom: 'New users get no stage: IVS allows no further stage in this region.',
    section: 'the-region-is-full',
    metric: metrics.sum('StageQuotaReached'),
    threshold: { above: 0 },
  },
  {
    id: 'StageQuotaNear',
    symptom: 'More than 90 % of the stages that the region allows are in use.',
    section: 'the-region-is-nearly-full',
    metric: metrics.maximum('StageQuotaUsed'),
    threshold: { above: 90 },
  },
  {
    id: 'ForeignStages',
    symptom:
      "A user's profile names a stage that does not carry this deployment's tag; nothing is done about it any more.",
    section: 'a-stage-lost-its-tag',
    metric: metrics.sum('ForeignStages'),
    threshold: { above: 0 },
  },
  {
    id: 'IvsThrottles',
    symptom: 'IVS has refused more than 30 calls in 5 minutes for their rate, for a quarter of an hour.',
    section: 'ivs-throttles-all-the-time',
    metric: metrics.sum('IvsThrottles'),
    threshold: { above: 30 },
    periods: { bad: 3, of: 3 },
  },
];

const cleanUpAlarms = (metrics: ServiceMetrics): readonly AlarmDefinition[] => [
  {
    id: 'CleanUpMissing',
    symptom: 'No clean-up has come to its end for three hours.',
    section: 'the-clean-up-does-not-run',
    metric: metrics.count('CleanUpSeconds'),
    threshold: { below: 1 },
    periods: { bad: 3, of: 3 },
    needsData: true,
  },
  {
    id: 'CleanUpFailures',
    symptom: 'Two clean-ups within three hours left something unsettled.',
    section: 'the-clean-up-cannot-settle-something',
    metric: metrics.sum('CleanUpFailures', Duration.hours(1)),
    threshold: { above: 0 },
    periods: { bad: 2, of: 3 },
  },
  {
    id: 'UsersGoneRefused',
    symptom: 'More than 20 users are missing in the user pool at once; none was forgotten.',
    section: 'many-users-are-gone-at-once',
    metric: metrics.sum('UsersGoneRefused', Duration.hours(1)),
    threshold: { above: 0 },
  },
];

const liveStatusAlarms = (metrics: ServiceMetrics): readonly AlarmDefinition[] => [
  {
    id: 'LiveStatusCorrected',
    symptom: 'The live status of more than 20 stages was wrong within an hour.',
    section: 'the-live-status-is-wrong',
    metric: metrics.sum('LiveStatusCorrected', Duration.hours(1)),
    threshold: { above: 20 },
  },
  {
    id: 'ReconcileFailures',
    symptom: 'The live status of stages could not be compared with IVS, in two of three half-hours.',
    section: 'the-live-status-is-not-checked',
    metric: metrics.sum('ReconcileFailures', Duration.minutes(30)),
    threshold: { above: 0 },
    periods: { bad: 2, of: 3 },
  },
  {
    id: 'ReconcileMissing',
    symptom: 'Nobody has compared the live status with IVS for half an hour.',
    section: 'the-live-status-is-not-checked',
    metric: metrics.count('ReconcileSeconds', Duration.minutes(10)),
    threshold: { below: 1 },
    periods: { bad: 3, of: 3 },
    needsData: true,
  },
];

const signingKeyAlarms = (metrics: ServiceMetrics): readonly AlarmDefinition[] => [
  {
    id: 'SigningKeyUnavailable',
    symptom: 'Functions have not been able to read the signing key, in two of three times five minutes.',
    section: 'the-signing-key-cannot-be-read',
    metric: metrics.sum('SigningKeyUnavailable'),
    threshold: { above: 0 },
    periods: { bad: 2, of: 3 },
  },
  {
    id: 'SigningKeySlotsFull',
    symptom: 'A new signing key was refused: IVS has three public keys in this region already.',
    section: 'there-is-no-room-for-a-new-signing-key',
    metric: metrics.sum('SigningKeySlotsFull'),
    threshold: { above: 0 },
  },
];

/** 503 with Retry-After is among them: a few are normal while stages are made or removed. */
const apiAlarm = ({ api }: Watched): AlarmDefinition => ({
  id: 'ApiFailures',
  symptom: 'The API has answered more than 10 requests in 5 minutes with a 5xx, twice in a quarter of an hour.',
  section: 'the-api-fails',
  metric: api.http.metricServerError({ period: Duration.minutes(5), statistic: 'Sum' }),
  threshold: { above: 10 },
  periods: { bad: 2, of: 3 },
});

const functionAlarm = ([name, fn]: [string, Watched['signIn']]): AlarmDefinition => ({
  id: `${name}-Errors`,
  symptom: `The function ${name} crashed or ran out of time.`,
  section: 'a-function-fails',
  metric: fn.function.metricErrors({ period: Duration.minutes(5) }),
  threshold: { above: 0 },
});

const queueAlarms = ([name, { queue, lateAfter, section }]: [string, WatchedQueue]): readonly AlarmDefinition[] => [
  {
    id: `${name}-Late`,
    symptom: `The oldest message of the queue ${name} has waited longer than ${lateAfter.toMinutes()} minutes.`,
    section,
    metric: queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: 'Maximum' }),
    threshold: { above: lateAfter.toSeconds() },
  },
];

const deadLetterAlarm = ([name, queue]: [string, Watched['deadLetterQueues'][string]]): AlarmDefinition => ({
  id: `${name}-DeadLetters`,
  symptom: `The dead-letter queue of ${name} is not empty.`,
  section: 'a-dead-letter-queue-is-not-empty',
  metric: queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: 'Maximum' }),
  threshold: { above: 0 },
});
