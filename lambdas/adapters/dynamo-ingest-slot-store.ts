import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { UserId } from '../../contract/stages.ts';
import type { IngestRecord, IngestSlot, IngestSlotStore } from '../stages/ports.ts';

/**
 * The slot of a stage's one ingest, as a row in StageMembers. It has no `expiresAt`: a reservation that ended without an
 * ingest is how the next attempt knows that there may be something to clear away.
 */
export class DynamoIngestSlotStore implements IngestSlotStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async get(ownerId: UserId): Promise<IngestSlot | undefined> {
    const command = new GetCommand({ TableName: this.#tableName, Key: keyOf(ownerId), ConsistentRead: true });
    const { Item } = await this.#client.send(command);
    if (!Item) return undefined;
    const { attemptId, until, ingest } = Item as IngestSlot;
    return { attemptId, until, ...(ingest && { ingest }) };
  }

  /** Sent twice: the attempt holds it already. */
  reserve(ownerId: UserId, attemptId: string, until: Date, now: Date): Promise<boolean> {
    const command = new UpdateCommand({
      TableName: this.#tableName,
      Key: keyOf(ownerId),
      UpdateExpression: 'SET #attemptId = :attemptId, #until = :until',
      ConditionExpression:
        'attribute_not_exists(#attemptId) OR (attribute_not_exists(#ingest) AND (#until <= :now OR #attemptId = :attemptId))',
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: { ':attemptId': attemptId, ':until': until.getTime(), ':now': now.getTime() },
    });
    return conditionHolds(this.#client.send(command));
  }

  /** Sent twice: the slot names the ingest already. */
  commit(ownerId: UserId, attemptId: string, ingest: IngestRecord, now: Date): Promise<boolean> {
    const command = new UpdateCommand({
      TableName: this.#tableName,
      Key: keyOf(ownerId),
      UpdateExpression: 'SET #ingest = :ingest',
      ConditionExpression: '#attemptId = :attemptId AND (#until > :now OR #ingest.#arn = :arn)',
      ExpressionAttributeNames: { ...NAMES, '#arn': 'arn' },
      ExpressionAttributeValues: {
        ':attemptId': attemptId,
        ':ingest': ingest,
        ':arn': ingest.arn,
        ':now': now.getTime(),
      },
    });
    return conditionHolds(this.#client.send(command));
  }

  async free(ownerId: UserId, attemptId: string): Promise<void> {
    const command = new DeleteCommand({
      TableName: this.#tableName,
      Key: keyOf(ownerId),
      ConditionExpression: '#attemptId = :attemptId',
      ExpressionAttributeNames: { '#attemptId': 'attemptId' },
      ExpressionAttributeValues: { ':attemptId': attemptId },
    });
    await conditionHolds(this.#client.send(command));
  }
}

const keyOf = (ownerId: UserId) => ({ ownerId, memberKey: 'ingest#slot' });

const NAMES = { '#attemptId': 'attemptId', '#until': 'until', '#ingest': 'ingest' };

async function conditionHolds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
