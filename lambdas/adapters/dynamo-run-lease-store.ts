import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { RunLease, RunLeaseStore } from '../stages/ports.ts';

/** A cursor that no run took for so long leads nowhere any more. */
const CURSOR_SECONDS = 86_400;

/** Leases of scheduled runs, as rows in StageMembers beside no user: a user id has no `#`. */
export class DynamoRunLeaseStore implements RunLeaseStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** The cursor stays in the row until the run releases it: the answer is the same when this is sent twice. */
  async acquire(run: string, holder: string, until: Date, now: Date): Promise<RunLease | undefined> {
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
      ReturnValues: 'ALL_NEW',
    });
    const answer = await ifConditionHolds(this.#client.send(command));
    const cursor = answer?.Attributes?.cursor as string | undefined;
    return answer && (cursor === undefined ? {} : { cursor });
  }

  async release(run: string, holder: string, cursor?: string): Promise<void> {
    await ifConditionHolds(cursor === undefined ? this.#forget(run, holder) : this.#leave(run, holder, cursor));
  }

  #forget(run: string, holder: string): Promise<unknown> {
    const command = new DeleteCommand({
      TableName: this.#tableName,
      Key: keyOf(run),
      ConditionExpression: '#holder = :holder',
      ExpressionAttributeNames: { '#holder': 'holder' },
      ExpressionAttributeValues: { ':holder': holder },
    });
    return this.#client.send(command);
  }

  #leave(run: string, holder: string, cursor: string): Promise<unknown> {
    const command = new UpdateCommand({
      TableName: this.#tableName,
      Key: keyOf(run),
      UpdateExpression: 'SET #cursor = :cursor, #expiresAt = #expiresAt + :life REMOVE #holder, #until',
      ConditionExpression: '#holder = :holder',
      ExpressionAttributeNames: {
        '#cursor': 'cursor',
        '#expiresAt': 'expiresAt',
        '#holder': 'holder',
        '#until': 'until',
      },
      ExpressionAttributeValues: { ':cursor': cursor, ':life': CURSOR_SECONDS, ':holder': holder },
    });
    return this.#client.send(command);
  }
}

const keyOf = (run: string) => ({ ownerId: '#run', memberKey: `lease#${run}` });

async function ifConditionHolds<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}
