import { CreateTableCommand, DynamoDBClient, type Projection } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { IDLE_INDEX, LIVE_INDEX, WATCH_INDEX } from '../../lambdas/adapters/table-layout.ts';
import { type DynamoDb, startDynamoDb } from '../../local/cloud/dynamodb/index.ts';

export interface LocalTables {
  readonly dynamoDb: DynamoDb;
  readonly client: DynamoDBDocumentClient;
  readonly profiles: string;
  readonly stageOwners: string;
  readonly stageMembers: string;
  clear(): Promise<void>;
  close(): Promise<void>;
}

const KEYS = {
  Profiles: ['userId'],
  StageOwners: ['stageId'],
  StageMembers: ['ownerId', 'memberKey'],
} as const;

/** The three tables on a local DynamoDB, for the tests of the stores. */
export async function startLocalTables(): Promise<LocalTables> {
  const allowed = () => ({ allowed: true, message: '' });
  const dynamoDb = await startDynamoDb({ region: 'us-east-1', accountId: '000000000000', authorize: allowed });
  const plain = new DynamoDBClient({
    endpoint: dynamoDb.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'operator', secretAccessKey: 'local' },
  });
  const client = DynamoDBDocumentClient.from(plain);
  for (const name of Object.keys(KEYS) as (keyof typeof KEYS)[]) await plain.send(createTable(name));
  return {
    dynamoDb,
    client,
    profiles: 'Profiles',
    stageOwners: 'StageOwners',
    stageMembers: 'StageMembers',
    clear: () => clear(client),
    close: async () => {
      plain.destroy();
      await dynamoDb.close();
    },
  };
}

const INDEXES = [
  {
    index: IDLE_INDEX,
    projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['stageArn', 'absentSince', 'lease'] },
  },
  {
    index: LIVE_INDEX,
    projection: {
      ProjectionType: 'INCLUDE',
      NonKeyAttributes: ['displayName', 'liveSince', 'publisherCount', 'visibility'],
    },
  },
  { index: WATCH_INDEX, projection: { ProjectionType: 'KEYS_ONLY' } },
] as const satisfies readonly { readonly index: object; readonly projection: Projection }[];

function createTable(name: keyof typeof KEYS): CreateTableCommand {
  const keys: readonly string[] = KEYS[name];
  const indexes = name === 'Profiles' ? INDEXES : [];
  const indexKeys = indexes.flatMap(({ index }) => [index.partitionKey, index.sortKey]);
  const schema = (attributes: readonly string[]) =>
    attributes.map((AttributeName, i) => ({
      AttributeName,
      KeyType: i === 0 ? ('HASH' as const) : ('RANGE' as const),
    }));
  return new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: schema(keys),
    AttributeDefinitions: [...keys, ...indexKeys].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map(({ index, projection }) => ({
        IndexName: index.name,
        KeySchema: schema([index.partitionKey, index.sortKey]),
        Projection: projection as Projection,
      })),
    }),
  });
}

async function clear(client: DynamoDBDocumentClient): Promise<void> {
  for (const [TableName, keys] of Object.entries(KEYS)) {
    const { Items = [] } = await client.send(new ScanCommand({ TableName }));
    for (const item of Items) {
      const Key = Object.fromEntries(keys.map((key) => [key, item[key]]));
      await client.send(new DeleteCommand({ TableName, Key }));
    }
  }
}
