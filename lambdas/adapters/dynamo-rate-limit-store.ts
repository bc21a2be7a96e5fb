import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { UserId } from '../../contract/stages.ts';
import type { RateLimitStore } from '../stages/ports.ts';

const INTERVAL_MS = 1_000;
const BURST = 5;
/** No request waits longer: who is refused does not fill the bucket further. */
const RETRY_AFTER_SECONDS = INTERVAL_MS / 1000;

interface Step {
  readonly set: string;
  readonly condition: string;
}

/** GCRA on one row a user: `fullAt` is the moment at which all requests that were let through have had their second. */
export class DynamoRateLimitStore implements RateLimitStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** Sent twice by the SDK, a request counts twice. */
  async take(userId: UserId, now: Date): Promise<number | undefined> {
    const isFirst = await this.#write(userId, now, {
      set: ':now + :interval',
      condition: 'attribute_not_exists(fullAt) OR fullAt <= :now',
    });
    if (isFirst) return undefined;
    const isInBurst = await this.#write(userId, now, {
      set: 'fullAt + :interval',
      condition: 'fullAt <= :latest AND :now < fullAt',
    });
    return isInBurst ? undefined : RETRY_AFTER_SECONDS;
  }

  async #write(userId: UserId, now: Date, { set, condition }: Step): Promise<boolean> {
    const nowMs = now.getTime();
    const latest = nowMs + (BURST - 1) * INTERVAL_MS;
    const values = { ':now': nowMs, ':interval': INTERVAL_MS, ':latest': latest };
    const used = Object.entries(values).filter(([name]) => `${set} ${condition}`.includes(name));
    try {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#tableName,
          Key: { ownerId: userId, memberKey: `rate#${userId}` },
          UpdateExpression: `SET fullAt = ${set}, expiresAt = :expiresAt`,
          ConditionExpression: condition,
          ExpressionAttributeValues: {
            ...Object.fromEntries(used),
            ':expiresAt': Math.ceil((latest + INTERVAL_MS) / 1000),
          },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
