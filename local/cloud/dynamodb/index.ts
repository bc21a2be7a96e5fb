import { type AwsJsonCall, startAwsJsonServer } from '../aws-json-server.ts';
import { type AccessOptions, assertAllowed } from './access.ts';
import { openEngine } from './engine.ts';
import type { DynamoDbFaults } from './faults.ts';

export type { DynamoDbFaults, FaultCall } from './faults.ts';

export interface DynamoDbOptions extends AccessOptions {
  /** Default 0: a free one. */
  readonly port?: number;
  /** Where LevelDB keeps the tables. Default: in memory. */
  readonly directory?: string;
  /** Milliseconds since the epoch, for expiry. Default: the clock. */
  readonly now?: () => number;
  /** Default: none. */
  readonly faults?: DynamoDbFaults;
}

export interface DynamoDb {
  readonly url: string;
  /** The last 100,000 calls, refused ones included. */
  readonly calls: readonly { readonly operation: string; readonly accessKeyId: string | undefined }[];
  /** May be changed at any time. Earlier versions of items are remembered from when a fault that needs them is set. */
  faults: DynamoDbFaults;
  /** Deletes the items whose time to live has passed; also done every 10 s. */
  deleteExpired(): Promise<void>;
  close(): Promise<void>;
}

const MAX_CALLS = 100_000;
const EXPIRY_INTERVAL_MS = 10_000;

/** DynamoDB on 127.0.0.1: dynalite's tables and expressions with atomic commits, time to live, IAM and faults. */
export async function startDynamoDb(options: DynamoDbOptions): Promise<DynamoDb> {
  const { port = 0, directory, region, accountId, now = Date.now } = options;
  const engine = await openEngine({ directory, region, accountId, now, faults: () => dynamoDb.faults });
  const calls: { operation: string; accessKeyId: string | undefined }[] = [];
  let callCount = 0;

  const answer = async ({ operation, input, accessKeyId, cutConnection }: AwsJsonCall): Promise<object> => {
    calls.push({ operation, accessKeyId });
    if (calls.length > MAX_CALLS) calls.shift();
    callCount += 1;
    const call = { operation, input, accessKeyId, number: callCount };
    const parsed = engine.parse(operation, input);
    await assertAllowed(call, parsed, engine.store, options);
    const output = await engine.run(call, parsed);
    if (dynamoDb.faults.loseAnswer?.(call)) cutConnection();
    return output;
  };

  const server = await startAwsJsonServer({ port, target: 'DynamoDB_20120810', answer });
  let expiring = Promise.resolve();
  const timer = setInterval(() => {
    expiring = engine.deleteExpired().catch((error: unknown) => console.error('DynamoDB time to live:', error));
  }, EXPIRY_INTERVAL_MS).unref();

  const dynamoDb: DynamoDb = {
    url: server.url,
    calls,
    faults: options.faults ?? {},
    deleteExpired: engine.deleteExpired,
    close: async () => {
      clearInterval(timer);
      await server.close();
      await expiring;
      await engine.close();
    },
  };
  return dynamoDb;
}
