import { createLog } from '../../lambdas/logging.ts';
import type { Log } from '../../lambdas/stages/ports.ts';

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The functions' own log, with its lines kept as they were given and as they were written. */
export interface CapturedLog extends Log {
  readonly lines: readonly LogLine[];
  readonly written: readonly string[];
}

export function captureLog(): CapturedLog {
  const lines: LogLine[] = [];
  const written: string[] = [];
  const log = writingTo((line) => written.push(line));
  const keep =
    (level: LogLine['level']): Log['info'] =>
    (message, fields = {}) => {
      lines.push({ level, message, fields });
      log[level](message, fields);
    };
  return { lines, written, info: keep('info'), warn: keep('warn'), error: keep('error') };
}

/** The logger takes the global console when it is made, in its development mode only. */
function writingTo(write: (line: string) => void): Log {
  const { console: real } = globalThis;
  process.env.POWERTOOLS_DEV = 'true';
  globalThis.console = { ...real, info: write, warn: write, error: write };
  try {
    return createLog('faults');
  } finally {
    globalThis.console = real;
    delete process.env.POWERTOOLS_DEV;
  }
}

/** The causes that a line tells, the outermost first. */
export function causesIn({ fields }: LogLine): readonly Error[] {
  const causes: Error[] = [];
  let cause = fields.error ?? fields.cause;
  while (cause instanceof Error) {
    causes.push(cause);
    cause = cause.cause;
  }
  return causes;
}
