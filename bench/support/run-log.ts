import type { StageUpdateOutcome } from '../../lambdas/stages/live/apply-stage-update.ts';

/** What the functions log, as far as a load needs it. */
export interface RunLog {
  note(line: string): void;
  /** Lines of level ERROR: what a function could not do, whatever it answered. */
  readonly errors: readonly string[];
  /** When the status function was done with each event, milliseconds since 1970; in the order of the queue. */
  readonly eventsDoneAt: readonly number[];
}

const UPDATES = '"message":"stage updates"';
const OUTCOMES: readonly StageUpdateOutcome[] = ['applied', 'unchanged', 'replica', 'unknown-stage', 'not-current'];

export function createRunLog(): RunLog {
  const errors: string[] = [];
  const eventsDoneAt: number[] = [];
  return {
    errors,
    eventsDoneAt,
    note: (line) => {
      if (line.includes('"level":"ERROR"')) errors.push(line);
      if (!line.includes(UPDATES)) return;
      const counts = JSON.parse(line.slice(line.indexOf('{'))) as Readonly<Record<string, unknown>>;
      const done = OUTCOMES.reduce((sum, outcome) => sum + Number(counts[outcome] ?? 0), 0);
      for (let event = 0; event < done; event++) eventsDoneAt.push(Date.now());
    },
  };
}
