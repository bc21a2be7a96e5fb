import { AwsError } from '../aws-json-server.ts';
import { itemPrefix } from './atomic-writes.ts';
import { findTable, type Item, type Store } from './dynalite.ts';

interface TimeToLive {
  readonly Enabled: boolean;
  readonly AttributeName: string;
}

export interface ExpiredItem {
  readonly TableName: string;
  readonly Key: Item;
  /** That it is still as expired as when it was found: a write in between wins. */
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues: Item;
}

const PREFIX = 'time-to-live~';

export async function updateTimeToLive(store: Store, input: Readonly<Record<string, unknown>>): Promise<object> {
  const table = await findTableOf(store, input);
  const specification = input.TimeToLiveSpecification as Partial<TimeToLive> | undefined;
  if (typeof specification?.Enabled !== 'boolean' || !specification.AttributeName) {
    throw validationError('TimeToLiveSpecification needs Enabled and AttributeName');
  }
  await store.db.put(PREFIX + table, specification);
  return { TimeToLiveSpecification: specification };
}

export async function describeTimeToLive(store: Store, input: Readonly<Record<string, unknown>>): Promise<object> {
  const timeToLive = (await store.db.get(PREFIX + (await findTableOf(store, input)))) as TimeToLive | undefined;
  const TimeToLiveDescription = timeToLive?.Enabled
    ? { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLive.AttributeName }
    : { TimeToLiveStatus: 'DISABLED' };
  return { TimeToLiveDescription };
}

export async function forgetTimeToLive(store: Store, tableName: string): Promise<void> {
  await store.db.del(PREFIX + tableName);
}

/** As DynamoDB: a number of seconds in the past, but not by more than five years. */
export async function* findExpired(store: Store, now: number): AsyncGenerator<ExpiredItem> {
  for await (const [key, timeToLive] of store.db.iterator({ gte: PREFIX, lt: `${PREFIX}\xff` })) {
    const { Enabled, AttributeName } = timeToLive as TimeToLive;
    const TableName = key.slice(PREFIX.length);
    if (Enabled) yield* findExpiredItems(store, TableName, AttributeName, now);
  }
}

async function* findExpiredItems(store: Store, TableName: string, attribute: string, now: number) {
  const table = await findTable(store, TableName);
  const prefix = itemPrefix(TableName);
  for await (const [, row] of store.db.iterator({ gte: prefix, lt: `${prefix}\xff` })) {
    const item = row as Item;
    const expiry = item[attribute];
    if (expiry === undefined || !isExpired(Number(expiry.N) * 1000, now)) continue;
    yield {
      TableName,
      Key: Object.fromEntries((table?.KeySchema ?? []).map(({ AttributeName: name }) => [name, item[name] ?? {}])),
      ConditionExpression: '#expiry = :expiry',
      ExpressionAttributeNames: { '#expiry': attribute },
      ExpressionAttributeValues: { ':expiry': expiry },
    };
  }
}

const FIVE_YEARS_MS = 5 * 365.25 * 24 * 3_600_000;

function isExpired(expiresAt: number, now: number): boolean {
  return expiresAt < now && expiresAt > now - FIVE_YEARS_MS;
}

async function findTableOf(store: Store, { TableName }: Readonly<Record<string, unknown>>): Promise<string> {
  if (typeof TableName !== 'string') throw validationError('TableName is required');
  if ((await findTable(store, TableName)) !== undefined) return TableName;
  throw new AwsError(
    'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
    `Requested resource not found: Table: ${TableName} not found`,
  );
}

function validationError(message: string): AwsError {
  return new AwsError('com.amazon.coral.validate#ValidationException', message);
}
