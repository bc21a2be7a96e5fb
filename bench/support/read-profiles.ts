import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { ProfileItem } from '../../lambdas/adapters/profile-item.ts';
import type { LocalCloud } from '../../local/cloud/index.ts';

/** All of them, as the operator reads them. */
export async function readProfiles({ outputs }: LocalCloud): Promise<readonly ProfileItem[]> {
  const client = new DynamoDBClient({
    endpoint: String(outputs.DynamoDbEndpoint),
    region: String(outputs.Region),
    credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' },
  });
  const scan = { TableName: String(outputs.ProfilesTableName), ConsistentRead: true };
  const profiles: ProfileItem[] = [];
  for await (const { Items = [] } of paginateScan({ client: DynamoDBDocumentClient.from(client) }, scan)) {
    profiles.push(...(Items as ProfileItem[]));
  }
  client.destroy();
  return profiles;
}
