// The parts of dynalite 4 that are used as a library. It has no types and no exports map, hence the exact version.
import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import { AwsError, unknownOperation } from '../aws-json-server.ts';

export type AttributeValue = Readonly<Record<string, unknown>>;
export type Item = Readonly<Record<string, AttributeValue>>;

/** A request once dynalite has checked it; only what is read here. */
export interface Input {
  TableName?: string;
  IndexName?: string;
  ConsistentRead?: boolean;
  Key?: Item;
  Item?: Item;
  /** Of a Query: attribute name → condition. */
  KeyConditions?: Readonly<Record<string, { readonly AttributeValueList: readonly AttributeValue[] }>>;
  /** Of BatchGetItem an object, of BatchWriteItem a list. */
  RequestItems?: Readonly<Record<string, BatchGetRequest | readonly BatchWriteRequest[]>>;
}

export interface BatchGetRequest {
  readonly Keys: readonly Item[];
  readonly ConsistentRead?: boolean;
}

export interface BatchWriteRequest {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

interface KeySchemaElement {
  readonly AttributeName: string;
}

export interface Table {
  readonly TableName: string;
  readonly TableStatus: string;
  readonly KeySchema: readonly KeySchemaElement[];
  readonly GlobalSecondaryIndexes?: readonly { readonly IndexName: string; readonly KeySchema: KeySchemaElement[] }[];
}

export type Callback = (error: unknown, value?: unknown) => void;

export interface RangeOptions {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** The items of one table or the rows of one index. */
export interface Rows {
  get(key: string, callback: Callback): void;
  put(key: string, value: unknown, callback: Callback): void;
  del(key: string, callback: Callback): void;
  lock(key: string, run: (release: (callback: Callback) => Callback) => void): void;
  createValueStream(options?: RangeOptions): Readable;
}

export type Write =
  | { readonly type: 'put'; readonly key: string; readonly value: unknown }
  | { readonly type: 'del'; readonly key: string };

export interface Store {
  readonly db: {
    get(key: string): Promise<unknown>;
    put(key: string, value: unknown): Promise<void>;
    del(key: string): Promise<void>;
    batch(writes: readonly Write[]): Promise<void>;
    iterator(options: RangeOptions): AsyncIterable<[string, unknown]>;
    open(): Promise<void>;
    close(): Promise<void>;
  };
  readonly tableDb: { awsRegion: string; awsAccountId: string; get(name: string, callback: Callback): void };
  getItemDb(table: string): Rows;
  getIndexDb(type: string, table: string, index: string): Rows;
}

type Action = (store: Store, input: Input, callback: Callback) => void;

interface Validation {
  readonly types: object;
  readonly custom?: (input: Input, store: Store) => string | undefined;
}

const require = createRequire(import.meta.url);

const database = require('dynalite/db') as {
  create(options: object): Store;
  createKey(item: Item, table: Table): string;
};

const validations = require('dynalite/validations') as {
  checkTypes(input: object, types: object): Input;
  checkValidations(input: Input, types: object, custom: Validation['custom'], store: Store): void;
};

const OPERATIONS = new Map(
  [
    ...['createTable', 'describeTable', 'deleteTable', 'listTables', 'getItem', 'putItem', 'updateItem', 'deleteItem'],
    ...['batchGetItem', 'batchWriteItem', 'query', 'scan'],
  ].map((name) => [
    name.charAt(0).toUpperCase() + name.slice(1),
    {
      action: require(`dynalite/actions/${name}`) as Action,
      validation: require(`dynalite/validations/${name}`) as Validation,
    },
  ]),
);

export const { createKey } = database;

export async function openStore(options: {
  directory: string | undefined;
  region: string;
  accountId: string;
}): Promise<Store> {
  const immediately = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
  const store = database.create({ path: options.directory, ...immediately });
  store.tableDb.awsRegion = options.region;
  store.tableDb.awsAccountId = options.accountId;
  await store.db.open();
  return store;
}

/** Checks types and expressions. The result is the request as the actions want it, its expressions parsed. */
export function parseInput(operation: string, input: object, store: Store): Input {
  const { types, custom } = find(operation).validation;
  try {
    const checked = validations.checkTypes(structuredClone(input), types);
    validations.checkValidations(checked, types, custom, store);
    return checked;
  } catch (error) {
    throw asAwsError(error);
  }
}

export function runAction(operation: string, store: Store, input: Input): Promise<object> {
  const { action } = find(operation);
  return new Promise((resolve, reject) => {
    action(store, input, (error, output) => (error ? reject(asAwsError(error)) : resolve(output as object)));
  });
}

export function findTable(store: Store, name: string): Promise<Table | undefined> {
  return new Promise((resolve, reject) => {
    store.tableDb.get(name, (error, table) => (error ? reject(error) : resolve(table as Table | undefined)));
  });
}

function find(operation: string) {
  const found = OPERATIONS.get(operation);
  if (found === undefined) throw unknownOperation(`DynamoDB ${operation} is not emulated`);
  return found;
}

/** dynalite throws the answer: `statusCode` and `body`. Anything else is a defect and stays as it is. */
function asAwsError(error: unknown): unknown {
  if (!(error instanceof Error && 'body' in error)) return error;
  const { __type, message, Message } = error.body as { __type: string; message?: string; Message?: string };
  return new AwsError(__type, message ?? Message ?? '');
}
