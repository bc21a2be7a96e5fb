import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { DEPLOYMENT_DIMENSION, METRICS_NAMESPACE, type MetricName } from '../lambdas/metric-names.ts';

/** The metrics that the functions of one deployment write. */
export class ServiceMetrics {
  readonly #deployment: string;

  constructor(deployment: string) {
    this.#deployment = deployment;
  }

  sum(metricName: MetricName, period = Duration.minutes(5)): Metric {
    return this.#metric(metricName, 'Sum', period);
  }

  maximum(metricName: MetricName, period = Duration.hours(1)): Metric {
    return this.#metric(metricName, 'Maximum', period);
  }

  /** How often it was written. */
  count(metricName: MetricName, period = Duration.hours(1)): Metric {
    return this.#metric(metricName, 'SampleCount', period);
  }

  #metric(metricName: MetricName, statistic: string, period: Duration): Metric {
    return new Metric({
      namespace: METRICS_NAMESPACE,
      metricName,
      dimensionsMap: { [DEPLOYMENT_DIMENSION]: this.#deployment },
      statistic,
      period,
    });
  }
}
