import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Duration } from 'aws-cdk-lib/core';
import type { StageApi } from './http-api.ts';
import type { ServiceFunction } from './service-function.ts';

/** What the dashboard shows and the alarms watch, by the names that both use. */
export interface Watched {
  readonly signIn: ServiceFunction;
  readonly api: StageApi;
  readonly functions: Readonly<Record<string, ServiceFunction>>;
  readonly queues: Readonly<Record<string, WatchedQueue>>;
  readonly deadLetterQueues: Readonly<Record<string, IQueue>>;
}

export interface WatchedQueue {
  readonly queue: IQueue;
  /** An alarm rings when its oldest message is older. */
  readonly lateAfter: Duration;
  /** Of docs/operations.md, for that alarm. */
  readonly section: string;
}
