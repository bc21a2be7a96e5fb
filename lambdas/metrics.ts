import { Metrics as MetricsWriter } from '@aws-lambda-powertools/metrics';
import { DEPLOYMENT_DIMENSION, METRIC_UNITS, METRICS_NAMESPACE, type MetricName } from './metric-names.ts';
import type { Metrics } from './stages/ports.ts';

/**
 * Metrics as lines of CloudWatch's embedded metric format in the function's log: no call, no permission, no waiting. Each
 * record is written at once, because what waits in a buffer is lost when the function is frozen or stopped.
 */
export function createMetrics(deployment: string): Metrics {
  const writer = new MetricsWriter({ namespace: METRICS_NAMESPACE });
  // The library's own dimension `service` would make a metric of its own of each function's share.
  writer.clearDefaultDimensions();
  writer.setDefaultDimensions({ [DEPLOYMENT_DIMENSION]: deployment });
  return {
    record(values) {
      for (const [name, value] of Object.entries(values)) {
        writer.addMetric(name, METRIC_UNITS[name as MetricName], value);
      }
      writer.publishStoredMetrics();
    },
  };
}
