import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { LocalSystem } from '../../support/local-system.ts';

type Item = Readonly<Record<string, unknown>>;

/** What the stack keeps, behind the back of its API. */
export interface Tables {
  /** All that belongs to the owners, as a text that can be compared. */
  ownedBy(ownerIds: readonly string[]): Promise<string>;
  /** Lets everybody call IVS as often as if they had not called yet. */
  clearRateLimits(): Promise<void>;
  close(): void;
}

export async function openTables({ cloud, profiles }: LocalSystem): Promise<Tables> {
  const plain = new DynamoDBClient({
    endpoint: String(cloud.outputs.DynamoDbEndpoint),
    region: String(cloud.outputs.Region),
    credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' },
  });
  const client = DynamoDBDocumentClient.from(plain);
  const { TableNames = [] } = await plain.send(new ListTablesCommand({}));
  const TableName = TableNames.find((name) => name.includes('StageMembers')) ?? '';
  const members = async (): Promise<readonly Item[]> => {
    const items: Item[] = [];
    for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true }))
      items.push(...Items);
    return items;
  };
  return {
    ownedBy: async (ownerIds) => {
      const rows = (await members()).filter(({ ownerId, memberKey }) => isOwn(ownerIds, ownerId, memberKey));
      const own = (await profiles()).filter(({ userId }) => ownerIds.includes(userId));
      const facts = own.map(({ userId, displayName, visibility, live, stageArn }) =>
        JSON.stringify({ userId, displayName, visibility, live, stageArn }),
      );
      const stages = cloud.ivs
        .stages()
        .filter(({ tags }) => ownerIds.includes(tags['stagedoor:owner'] ?? ''))
        .map(({ arn, name, tags }) => ({ arn, name, tags }));
      return [...facts, ...[...rows, ...stages].map((row) => JSON.stringify(row))].sort().join('\n');
    },
    clearRateLimits: async () => {
      for (const { ownerId, memberKey } of await members()) {
        if (!String(memberKey).startsWith('rate#')) continue;
        await client.send(new DeleteCommand({ TableName, Key: { ownerId, memberKey } }));
      }
    },
    close: () => plain.destroy(),
  };
}

/** The shared list of participants comes and goes; who may ask how often is the caller's own. */
const isOwn = (ownerIds: readonly string[], ownerId: unknown, memberKey: unknown): boolean =>
  ownerIds.includes(String(ownerId)) && !/^(rate|participants)/.test(String(memberKey));
