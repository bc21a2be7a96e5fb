import { createHash } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { UserId } from '../../contract/stages.ts';
import type { ParticipantListStore, SharedPage } from '../stages/ports.ts';

interface PageRow {
  readonly shared?: SharedPage;
}

/** Pages of participants as rows in StageMembers. `until` is the end of a claim, or of the time for which a page is shared. */
export class DynamoParticipantListStore implements ParticipantListStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async get(ownerId: UserId, page: string): Promise<SharedPage | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#tableName, Key: keyOf(ownerId, page), ConsistentRead: true }),
    );
    return (Item as PageRow | undefined)?.shared;
  }

  async claim(ownerId: UserId, page: string, until: Date, now: Date): Promise<boolean> {
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#tableName,
          Key: keyOf(ownerId, page),
          UpdateExpression: 'SET #until = :until, expiresAt = :expiresAt',
          ConditionExpression: 'attribute_not_exists(#until) OR #until <= :now',
          ExpressionAttributeNames: { '#until': 'until' },
          ExpressionAttributeValues: {
            ':until': until.getTime(),
            ':now': now.getTime(),
            ':expiresAt': inSeconds(until.getTime()),
          },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async put(ownerId: UserId, page: string, shared: SharedPage): Promise<void> {
    const until = shared.freshUntil;
    const Item = { ...keyOf(ownerId, page), shared, until, expiresAt: inSeconds(until) };
    await this.#client.send(new PutCommand({ TableName: this.#tableName, Item }));
  }
}

/** IVS's page tokens are as long as a key may be. */
const keyOf = (ownerId: UserId, page: string) => ({
  ownerId,
  memberKey: `participants#${createHash('sha256').update(page).digest('base64url')}`,
});

const inSeconds = (ms: number): number => Math.ceil(ms / 1000);
