import type { Item, Rows, Store, Write } from './dynalite.ts';

/** A write, and which table's item it belongs to: an index row carries its item's key attributes too. */
export type TableWrite = Write & { readonly table: string };

/**
 * dynalite writes index rows and the item one by one; a crash between them would tear them apart. Its actions run
 * against a store that only collects the writes, and these are committed as one batch.
 */
export async function collectWrites<T>(
  store: Store,
  run: (collecting: Store) => Promise<T>,
): Promise<{ answer: T; writes: readonly TableWrite[] }> {
  const writes: TableWrite[] = [];
  const answer = await run({
    ...store,
    getItemDb: (table) => collect(store.getItemDb(table), itemPrefix(table), table, writes),
    getIndexDb: (type, table, index) =>
      collect(store.getIndexDb(type, table, index), indexPrefix(type, table, index), table, writes),
  });
  return { answer, writes };
}

export function itemPrefix(table: string): string {
  return `item-${table}~`;
}

export function indexPrefix(type: string, table: string, index: string): string {
  return `index-${type.toLowerCase()}~${table}~${index}~`;
}

/** One request never reads what it wrote, so reads go to the real rows; its caller already is the only writer. */
function collect(rows: Rows, prefix: string, table: string, writes: TableWrite[]): Rows {
  return {
    ...rows,
    lock: (_key, run) => run((callback) => callback),
    put: (key, value, callback) => {
      writes.push({ type: 'put', key: prefix + key, value: value as Item, table });
      setImmediate(callback);
    },
    del: (key, callback) => {
      writes.push({ type: 'del', key: prefix + key, table });
      setImmediate(callback);
    },
  };
}

/** Runs tasks one after another. */
export function createSerializer(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const run = last.then(task);
    last = run.catch(() => {});
    return run;
  };
}
