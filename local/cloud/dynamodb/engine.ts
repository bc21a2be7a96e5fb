import { setImmediate } from 'node:timers/promises';
import { AwsError } from '../aws-json-server.ts';
import { collectWrites, createSerializer, itemPrefix } from './atomic-writes.ts';
import {
  type BatchGetRequest,
  createKey,
  findTable,
  type Input,
  openStore,
  parseInput,
  runAction,
  type Store,
} from './dynalite.ts';
import type { DynamoDbFaults, FaultCall } from './faults.ts';
import { createItemHistory } from './item-history.ts';
import { describeTimeToLive, findExpired, forgetTimeToLive, updateTimeToLive } from './time-to-live.ts';

export interface Engine {
  readonly store: Store;
  /** Checks the request and parses its expressions. */
  parse(operation: string, input: Readonly<Record<string, unknown>>): Input;
  run(call: FaultCall, input: Input): Promise<object>;
  deleteExpired(): Promise<void>;
  close(): Promise<void>;
}

const TIME_TO_LIVE = new Set(['UpdateTimeToLive', 'DescribeTimeToLive']);
const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);
const TABLE_CHANGES = new Set(['CreateTable', 'DeleteTable']);

export async function openEngine(options: {
  readonly directory: string | undefined;
  readonly region: string;
  readonly accountId: string;
  readonly now: () => number;
  /** Those of this moment. */
  readonly faults: () => DynamoDbFaults;
}): Promise<Engine> {
  const store = await openStore(options);
  const history = createItemHistory(store);
  const oneAfterAnother = createSerializer();

  function run(call: FaultCall, input: Input): Promise<object> {
    const { operation } = call;
    if (WRITES.has(operation)) return oneAfterAnother(() => write(call, input));
    if (TABLE_CHANGES.has(operation)) return oneAfterAnother(() => changeTable(operation, input));
    if (operation === 'UpdateTimeToLive') return oneAfterAnother(() => updateTimeToLive(store, call.input));
    if (operation === 'DescribeTimeToLive') return describeTimeToLive(store, call.input);
    return read(call, input);
  }

  async function write(call: Pick<FaultCall, 'operation' | 'input'>, input: Input): Promise<object> {
    const run = (collecting: Store) => runAction(call.operation, collecting, input);
    const { answer, writes } = await collectWrites(store, run).catch(async (error: unknown) => {
      const asksForItem = call.input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
      throw asksForItem && isConditionFailure(error) ? await withCurrentItem(store, input, error) : error;
    });
    const { staleReads, indexLag } = options.faults();
    if (staleReads === undefined && indexLag === undefined) history.forget();
    else await history.record(writes, options.now());
    await store.db.batch(writes);
    return answer;
  }

  /** dynalite settles a table's status after its answer; here it is settled before, so that nobody needs to wait. */
  async function changeTable(operation: string, input: Input): Promise<object> {
    const name = input.TableName ?? '';
    const answer = structuredClone(await runAction(operation, store, input));
    if (operation === 'DeleteTable') await forgetTimeToLive(store, name);
    while (!['ACTIVE', undefined].includes((await findTable(store, name))?.TableStatus)) await setImmediate();
    return answer;
  }

  async function read(call: FaultCall, input: Input): Promise<object> {
    const store = chooseStore(call, input);
    if (call.operation !== 'BatchGetItem' || !options.faults().unprocessedKeys?.(call)) {
      return runAction(call.operation, store, input);
    }
    const processed = everyOtherKey(input, 0);
    const answer = await runAction(call.operation, store, { ...input, RequestItems: processed });
    return { ...answer, UnprocessedKeys: everyOtherKey(call.input, 1) };
  }

  function chooseStore(call: FaultCall, input: Input): Store {
    const { staleReads, indexLag } = options.faults();
    if (input.IndexName !== undefined) return indexLag?.(call) ? history.before(() => true) : store;
    const isStale = typeof staleReads === 'function' ? staleReads(call) : staleReads !== undefined;
    if (!isStale || call.operation === 'Scan' || call.operation === 'DescribeTable') return store;
    const oldest = typeof staleReads === 'number' ? options.now() - staleReads : Number.NEGATIVE_INFINITY;
    return history.before(({ table, at }) => at >= oldest && !isConsistent(input, table));
  }

  async function deleteExpired(): Promise<void> {
    for await (const item of findExpired(store, options.now())) {
      const call = { operation: 'DeleteItem', input: { ...item } };
      const deletion = oneAfterAnother(() => write(call, parseInput(call.operation, item, store)));
      await deletion.catch((error: unknown) => {
        if (!isConditionFailure(error)) throw error;
      });
    }
  }

  return {
    store,
    parse: (operation, input) =>
      TIME_TO_LIVE.has(operation) ? { TableName: String(input.TableName) } : parseInput(operation, input, store),
    run,
    deleteExpired,
    close: () => oneAfterAnother(() => store.db.close()),
  };
}

function isConsistent(input: Input, table: string): boolean {
  const request = input.RequestItems?.[table];
  if (request === undefined) return input.ConsistentRead === true;
  return 'ConsistentRead' in request && request.ConsistentRead === true;
}

/** Of each table; a single key is always processed, as an answer without any would be an error. */
function everyOtherKey({ RequestItems }: Input, remainder: 0 | 1): Readonly<Record<string, BatchGetRequest>> {
  const requests = Object.entries(RequestItems as Readonly<Record<string, BatchGetRequest>>);
  const halves = requests.map(([table, request]): [string, BatchGetRequest] => {
    return [table, { ...request, Keys: request.Keys.filter((_, index) => index % 2 === remainder) }];
  });
  return Object.fromEntries(halves.filter(([, { Keys }]) => Keys.length > 0));
}

/** For ReturnValuesOnConditionCheckFailure, which dynalite ignores. */
async function withCurrentItem(store: Store, input: Input, error: AwsError): Promise<AwsError> {
  const table = await findTable(store, input.TableName ?? '');
  const key = input.Key ?? input.Item;
  if (table === undefined || key === undefined) return error;
  const item = await store.db.get(itemPrefix(table.TableName) + createKey(key, table));
  return item === undefined ? error : new AwsError(error.type, error.message, { members: { Item: item } });
}

function isConditionFailure(error: unknown): error is AwsError {
  return error instanceof AwsError && error.name === 'ConditionalCheckFailedException';
}
