import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { RunLeaseStore } from '../stages/ports.ts';

/** Leases of scheduled runs, as rows in StageMembers beside no user: a user id has no `#`. */
export class DynamoRunLeaseStore implements RunLeaseStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async acquire(run: string, holder: string, until: Date, now: Date): Promise<boolean> {
    const command = new UpdateCommand({
      TableName: this.#tableName,
      Key: keyOf(run),
      UpdateExpression: 'SET #holder = :holder, #until = :until, #expiresAt = :expiresAt',
      ConditionExpression: 'attribute_not_exists(#holder) OR #until <= :now OR #holder = :holder',
      ExpressionAttributeNames: { '#holder': 'holder', '#until': 'until', '#expiresAt': 'expiresAt' },
      ExpressionAttributeValues: {
        ':holder': holder,
        ':until': until.getTime(),
        ':expiresAt': Math.ceil(until.getTime() / 1000),
        ':now': now.getTime(),
      },
    });
    return heldCondition(this.#client.send(command));
  }

  async release(run: string, holder: string): Promise<void> {
    const command = new DeleteCommand({
      TableName: this.#tableName,
      Key: keyOf(run),
      ConditionExpression: '#holder = :holder',
      ExpressionAttributeNames: { '#holder': 'holder' },
      ExpressionAttributeValues: { ':holder': holder },
    });
    await heldCondition(this.#client.send(command));
  }
}

const keyOf = (run: string) => ({ ownerId: '#run', memberKey: `lease#${run}` });

async function heldCondition(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
