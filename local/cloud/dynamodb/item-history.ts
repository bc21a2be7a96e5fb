import { Readable } from 'node:stream';
import { indexPrefix, itemPrefix, type TableWrite } from './atomic-writes.ts';
import { createKey, findTable, type Item, type RangeOptions, type Rows, type Store } from './dynalite.ts';

/** The last write to one item: what its row and its index rows were before. */
interface LastWrite {
  readonly table: string;
  readonly at: number;
  /** Row key → value before; undefined for a row that did not exist. */
  readonly before: ReadonlyMap<string, unknown>;
}

export interface ItemHistory {
  /** To be called before the writes are committed. */
  record(writes: readonly TableWrite[], at: number): Promise<void>;
  /** To be called for writes that are not recorded: what is known of earlier ones is no longer the last. */
  forget(): void;
  /** The store as it was before the last write to each item that `isUndone` picks. */
  before(isUndone: (lastWrite: { table: string; at: number }) => boolean): Store;
}

export function createItemHistory(store: Store): ItemHistory {
  const lastWrites = new Map<string, LastWrite>();
  return {
    record: async (writes, at) => {
      for (const [item, lastWrite] of await groupByItem(store, writes, at)) lastWrites.set(item, lastWrite);
    },
    forget: () => lastWrites.clear(),
    before: (isUndone) => {
      const undone = [...lastWrites.values()].filter(isUndone).flatMap(({ before }) => [...before]);
      return undone.length === 0 ? store : createEarlierStore(store, new Map(undone));
    },
  };
}

async function groupByItem(store: Store, writes: readonly TableWrite[], at: number) {
  const groups = new Map<string, LastWrite & { before: Map<string, unknown> }>();
  for (const write of writes) {
    const before = await store.db.get(write.key);
    const table = await findTable(store, write.table);
    const row = (write.type === 'put' ? write.value : before) as Item | undefined;
    if (table === undefined || row === undefined) continue;
    const item = `${write.table}/${createKey(row, table)}`;
    const group = groups.get(item) ?? { table: write.table, at, before: new Map() };
    groups.set(item, group);
    group.before.set(write.key, before);
  }
  return groups;
}

function createEarlierStore(store: Store, before: ReadonlyMap<string, unknown>): Store {
  const earlier = (rows: Rows, prefix: string): Rows => ({
    ...rows,
    get: (key, callback) => {
      if (!before.has(prefix + key)) return rows.get(key, callback);
      setImmediate(callback, null, structuredClone(before.get(prefix + key)));
    },
    createValueStream: (options = {}) => Readable.from(readEarlier(store, before, prefix, options)),
  });
  return {
    ...store,
    getItemDb: (table) => earlier(store.getItemDb(table), itemPrefix(table)),
    getIndexDb: (type, table, index) => earlier(store.getIndexDb(type, table, index), indexPrefix(type, table, index)),
  };
}

async function* readEarlier(
  store: Store,
  before: ReadonlyMap<string, unknown>,
  prefix: string,
  { reverse = false, limit = -1, ...bounds }: RangeOptions,
) {
  const isWithin = rangeOf(prefix, bounds);
  const rows = new Map<string, unknown>();
  for await (const [key, value] of store.db.iterator({ gte: prefix, lt: `${prefix}\xff` })) {
    if (isWithin(key)) rows.set(key, value);
  }
  for (const [key, value] of before) if (isWithin(key)) rows.set(key, value);
  const ordered = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, row]) => (row === undefined ? [] : [row]));
  if (reverse) ordered.reverse();
  yield* limit < 0 ? ordered : ordered.slice(0, limit);
}

function rangeOf(prefix: string, { gt, gte, lt, lte }: RangeOptions): (key: string) => boolean {
  return (key) => {
    if (!key.startsWith(prefix)) return false;
    const rest = key.slice(prefix.length);
    return (
      (gt === undefined || rest > gt) &&
      (gte === undefined || rest >= gte) &&
      (lt === undefined || rest < lt) &&
      (lte === undefined || rest <= lte)
    );
  };
}
