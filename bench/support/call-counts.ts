import type { LocalCloud } from '../../local/cloud/index.ts';

/** AWS calls of one function. */
export interface CallCount {
  /** For example `Tokens`. */
  readonly caller: string;
  readonly operation: string;
  readonly count: number;
}

/** Counts the functions' calls from now on; by function and operation, most first. */
export function countCallsFrom({ dynamoDb, ivs }: LocalCloud): () => readonly CallCount[] {
  const [dynamoDbBefore, ivsBefore] = [dynamoDb.calls.length, ivs.calls.length];
  return () => {
    const calls = [...dynamoDb.calls.slice(dynamoDbBefore), ...ivs.calls.slice(ivsBefore)];
    const counts = new Map<string, CallCount>();
    for (const { accessKeyId = '', operation } of calls) {
      const caller = functionOf(accessKeyId);
      if (caller === undefined) continue;
      const { count = 0 } = counts.get(`${caller} ${operation}`) ?? {};
      counts.set(`${caller} ${operation}`, { caller, operation, count: count + 1 });
    }
    return [...counts.values()].sort((a, b) => b.count - a.count);
  };
}

/** A function's access key carries its logical id, which ends in eight hexadecimal digits. Undefined for the operator's. */
const functionOf = (accessKeyId: string): string | undefined =>
  /^LOCAL(\w+)Function[0-9A-F]{8}$/.exec(accessKeyId)?.[1];
