import type { InvokeResult, Lambda } from '../lambda/index.ts';

export interface ScheduleDefinition {
  readonly name: string;
  /** `rate(1 hour)` and the like; other expressions are refused. */
  readonly expression: string;
  readonly enabled: boolean;
  readonly functionArn: string;
  /** JSON, with AWS's context attribute for the scheduled time where it is wanted. */
  readonly input: string;
}

export interface SchedulerOptions {
  readonly schedules: readonly ScheduleDefinition[];
  readonly lambda: Pick<Lambda, 'invoke' | 'invokeAsync'>;
  readonly now?: () => number;
}

export interface Scheduler {
  /** Runs a schedule once and waits for its function, with the clock's time unless another is given. */
  runSchedule(name: string, time?: Date): Promise<InvokeResult>;
  close(): void;
}

/** Like EventBridge Scheduler: a rate without a start date fires at once, then each time its period has passed. */
export function startScheduler({ schedules, lambda, now = Date.now }: SchedulerOptions): Scheduler {
  const checked = schedules.map((schedule) => ({ ...schedule, periodMs: parseRate(schedule) }));
  for (const schedule of checked) assertKnownInput(schedule);
  const timers = checked
    .filter(({ enabled }) => enabled)
    .map((schedule) => {
      const fire = () => lambda.invokeAsync(schedule.functionArn, inputAt(schedule, new Date(now())));
      fire();
      return setInterval(fire, schedule.periodMs);
    });
  return {
    runSchedule: (name, time = new Date(now())) => {
      const schedule = schedules.find((candidate) => candidate.name === name);
      if (schedule === undefined) return Promise.reject(new Error(`There is no schedule ${name}`));
      return lambda.invoke(schedule.functionArn, inputAt(schedule, time));
    },
    close: () => timers.forEach(clearInterval),
  };
}

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

function parseRate({ name, expression }: ScheduleDefinition): number {
  const [, value, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const periodMs = Number(value) * UNIT_MS[unit as keyof typeof UNIT_MS];
  // A timer of Node's cannot wait longer than 2^31 ms.
  if (!(periodMs > 0 && periodMs < 2 ** 31)) {
    throw new Error(`The schedule ${name} has the expression ${expression}: only rate() up to 24 days runs locally`);
  }
  return periodMs;
}

const SCHEDULED_TIME = '<aws.scheduler.scheduled-time>';

function assertKnownInput({ name, input }: ScheduleDefinition): void {
  const unknown = /<aws\.[^>]*>/.exec(input.replaceAll(SCHEDULED_TIME, ''))?.[0];
  if (unknown !== undefined) throw new Error(`The input of the schedule ${name} has ${unknown}, which is not emulated`);
}

function inputAt({ input }: ScheduleDefinition, time: Date): unknown {
  return JSON.parse(input.replaceAll(SCHEDULED_TIME, time.toISOString().replace(/\.\d+Z$/, 'Z')));
}
