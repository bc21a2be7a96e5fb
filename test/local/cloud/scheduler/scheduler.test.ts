import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type ScheduleDefinition, type Scheduler, startScheduler } from '../../../../local/cloud/scheduler/index.ts';

const HOURLY: ScheduleDefinition = {
  name: 'CleanUp',
  expression: 'rate(1 hour)',
  enabled: true,
  functionArn: 'arn:clean-up',
  input: '{"time":"<aws.scheduler.scheduled-time>"}',
};

let fired: { functionArn: string; event: unknown }[] = [];
let scheduler: Scheduler | undefined;

beforeEach(() => {
  fired = [];
  jest.useFakeTimers({ now: new Date('2026-03-12T19:00:00.500Z') });
});

afterEach(() => {
  scheduler?.close();
  jest.useRealTimers();
});

function start(change: Partial<ScheduleDefinition> = {}) {
  scheduler = startScheduler({
    schedules: [{ ...HOURLY, ...change }],
    lambda: {
      invoke: async (functionArn, event) => ({ payload: JSON.stringify({ functionArn, event }) }),
      invokeAsync: (functionArn, event) => fired.push({ functionArn, event }),
    },
  });
  return scheduler;
}

describe('a schedule', () => {
  it('fires at once and then each period, with the scheduled time in its input', () => {
    start();
    jest.advanceTimersByTime(2 * 3_600_000);
    const times = ['2026-03-12T19:00:00Z', '2026-03-12T20:00:00Z', '2026-03-12T21:00:00Z'];
    expect(fired).toEqual(times.map((time) => ({ functionArn: 'arn:clean-up', event: { time } })));
  });

  it('does not fire when it is disabled, nor after the end', () => {
    start({ enabled: false });
    jest.advanceTimersByTime(3_600_000);
    expect(fired).toEqual([]);
    start().close();
    jest.advanceTimersByTime(3_600_000);
    expect(fired).toHaveLength(1);
  });

  it('can be run once with a time of choice', async () => {
    const result = await start().runSchedule('CleanUp', new Date('2027-01-01T00:00:00.999Z'));
    expect(result).toEqual({
      payload: JSON.stringify({ functionArn: 'arn:clean-up', event: { time: '2027-01-01T00:00:00Z' } }),
    });
    await expect(start().runSchedule('Unknown')).rejects.toThrow('There is no schedule Unknown');
  });

  it.each(['cron(0 12 * * ? *)', 'at(2026-01-01T00:00:00)', 'rate(0 hours)', 'rate(25 days)', 'rate(1 week)'])(
    'is refused with the expression %s',
    (expression) => {
      expect(() => start({ expression })).toThrow(`The schedule CleanUp has the expression ${expression}`);
      expect(fired).toEqual([]);
    },
  );

  it('is refused with a context attribute that is not emulated', () => {
    expect(() => start({ input: '{"id":"<aws.scheduler.execution-id>"}' })).toThrow('<aws.scheduler.execution-id>');
  });
});
