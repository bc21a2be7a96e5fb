import type { OperationName } from './constraints.ts';

/** A call of an emulated operation. */
export interface Call {
  readonly operation: OperationName;
  readonly at: Date;
  /** Undefined for an unsigned request. */
  readonly accessKeyId: string | undefined;
  /** The name of the error that the call was answered with. */
  refused?: string;
}

const keptCalls = 100_000;

export function noteCall(calls: Call[], call: Call): void {
  calls.push(call);
  if (calls.length > keptCalls) calls.shift();
}

export function countByOperation(calls: readonly Call[]): Record<string, number> {
  const groups = Object.entries(Object.groupBy(calls, ({ operation }) => operation));
  return Object.fromEntries(groups.map(([operation, group]) => [operation, group.length]));
}
