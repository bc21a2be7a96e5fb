import {
  BatchWriteCommand,
  type BatchWriteCommandInput,
  type DynamoDBDocumentClient,
  paginateQuery,
} from '@aws-sdk/lib-dynamodb';
import type { UserId } from '../../contract/stages.ts';
import { UpstreamThrottledError } from '../stages/errors.ts';
import type { StageMemberStore } from '../stages/ports.ts';

/** DynamoDB takes so many writes in one BatchWriteItem. */
const ROWS_PER_BATCH = 25;
const TRIES_PER_BATCH = 3;

type Requests = NonNullable<BatchWriteCommandInput['RequestItems']>;

/** The rows beside a profile: guests, bans, burnt participants. */
export class DynamoStageMemberStore implements StageMemberStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** Sent twice: nothing is left to delete. A failure leaves the rows that were not reached, and the caller tries again. */
  async deleteAllOf(ownerId: UserId): Promise<void> {
    const pages = paginateQuery(
      { client: this.#client, pageSize: ROWS_PER_BATCH },
      {
        TableName: this.#tableName,
        KeyConditionExpression: 'ownerId = :ownerId',
        ExpressionAttributeValues: { ':ownerId': ownerId },
        ProjectionExpression: 'ownerId, memberKey',
        ConsistentRead: true,
      },
    );
    for await (const { Items = [] } of pages) {
      // The user's rate goes by itself: who could delete it would have no limit.
      const keys = Items.filter(({ memberKey }) => !String(memberKey).startsWith('rate#'));
      if (keys.length > 0) await this.#deleteRows(keys);
    }
  }

  async #deleteRows(keys: readonly Record<string, unknown>[]): Promise<void> {
    let pending: Requests = { [this.#tableName]: keys.map((Key) => ({ DeleteRequest: { Key } })) };
    for (let attempt = 1; attempt <= TRIES_PER_BATCH; attempt++) {
      const { UnprocessedItems = {} } = await this.#client.send(new BatchWriteCommand({ RequestItems: pending }));
      if (Object.keys(UnprocessedItems).length === 0) return;
      pending = UnprocessedItems;
    }
    throw new UpstreamThrottledError();
  }
}
