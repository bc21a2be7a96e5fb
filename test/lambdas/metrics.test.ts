import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { createMetrics } from '../../lambdas/metrics.ts';

let written: string[];
beforeEach(() => {
  written = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

const lines = () => written.map((line) => JSON.parse(line) as Record<string, unknown>);

it('writes each record at once, as one line of the embedded metric format', () => {
  createMetrics('Stagedoor-test').record({ StageQuotaUsed: 91.5, CleanUpSeconds: 12 });
  expect(lines()).toEqual([
    {
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'Stagedoor',
            Dimensions: [['Deployment']],
            Metrics: [
              { Name: 'StageQuotaUsed', Unit: 'Percent' },
              { Name: 'CleanUpSeconds', Unit: 'Seconds' },
            ],
          },
        ],
      },
      Deployment: 'Stagedoor-test',
      StageQuotaUsed: 91.5,
      CleanUpSeconds: 12,
    },
  ]);
});

it('repeats nothing of an earlier record', () => {
  const metrics = createMetrics('Stagedoor');
  metrics.record({ StagesCreated: 1 });
  metrics.record({ IvsThrottles: 1 });
  expect(lines()[1]).not.toHaveProperty('StagesCreated');
  expect(lines()[1]).toMatchObject({ Deployment: 'Stagedoor', IvsThrottles: 1 });
});
