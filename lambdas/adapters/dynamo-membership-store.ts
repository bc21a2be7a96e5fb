import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  paginateQuery,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Ban, Capability, Guest, UserId } from '../../contract/stages.ts';
import { CAPABILITIES } from '../stages/access/capabilities.ts';
import type { MembershipStore } from '../stages/ports.ts';

type Kind = 'guest' | 'ban';

interface MemberRow {
  readonly memberKey: string;
  readonly capabilities?: readonly Capability[];
  /** Seconds, as DynamoDB's TTL wants it. */
  readonly expiresAt?: number;
}

/** Guests, bans and burnt participants as rows in StageMembers. */
export class DynamoMembershipStore implements MembershipStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** Ends in a whole second, and not after the moment that was asked for. */
  async putGuest(ownerId: UserId, { userId, capabilities, expiresAt }: Guest): Promise<boolean> {
    const end = expiresAt === undefined ? {} : { expiresAt: Math.floor(Date.parse(expiresAt) / 1000) };
    return this.#put({ ownerId, memberKey: keyOf('guest', userId), capabilities, ...end });
  }

  async deleteGuest(ownerId: UserId, userId: UserId): Promise<boolean> {
    return this.#delete(ownerId, keyOf('guest', userId));
  }

  async listGuests(ownerId: UserId, limit: number, after?: UserId): Promise<readonly Guest[]> {
    const rows = await this.#list(ownerId, 'guest', limit, after);
    return rows.map((row) => ({ ...toMember(row), capabilities: row.capabilities ?? CAPABILITIES }));
  }

  /** Ends in a whole second, and not before the moment that was asked for. */
  async putBan(ownerId: UserId, { userId, expiresAt }: Ban, now: Date): Promise<void> {
    const end = expiresAt === undefined ? {} : { expiresAt: Math.ceil(Date.parse(expiresAt) / 1000) };
    await this.#put({ ownerId, memberKey: keyOf('ban', userId), bannedAt: now.getTime(), ...end });
  }

  async deleteBan(ownerId: UserId, userId: UserId): Promise<boolean> {
    return this.#delete(ownerId, keyOf('ban', userId));
  }

  async listBans(ownerId: UserId, limit: number, after?: UserId): Promise<readonly Ban[]> {
    const rows = await this.#list(ownerId, 'ban', limit, after);
    return rows.map(toMember);
  }

  async listBannedSince(ownerId: UserId, since: Date): Promise<readonly UserId[]> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#tableName,
        KeyConditionExpression: 'ownerId = :ownerId AND begins_with(memberKey, :prefix)',
        FilterExpression: 'bannedAt >= :since',
        ExpressionAttributeValues: { ':ownerId': ownerId, ':prefix': 'ban#', ':since': since.getTime() },
        ConsistentRead: true,
      },
    );
    const userIds: UserId[] = [];
    for await (const { Items = [] } of pages) userIds.push(...(Items as MemberRow[]).map(userIdOf));
    return userIds;
  }

  async burn(ownerId: UserId, participantId: string, until: Date): Promise<void> {
    await this.#client.send(
      new UpdateCommand({
        TableName: this.#tableName,
        Key: { ownerId, memberKey: `burnt#${participantId}` },
        UpdateExpression: 'SET expiresAt = :expiresAt',
        ExpressionAttributeValues: { ':expiresAt': Math.ceil(until.getTime() / 1000) },
      }),
    );
  }

  /** True if there was a row already, also when the first try was applied and its answer got lost. */
  async #put(Item: Readonly<Record<string, unknown>>): Promise<boolean> {
    const { Attributes } = await this.#client.send(
      new PutCommand({ TableName: this.#tableName, Item, ReturnValues: 'ALL_OLD' }),
    );
    return Attributes !== undefined;
  }

  async #delete(ownerId: UserId, memberKey: string): Promise<boolean> {
    const { Attributes } = await this.#client.send(
      new DeleteCommand({ TableName: this.#tableName, Key: { ownerId, memberKey }, ReturnValues: 'ALL_OLD' }),
    );
    return Attributes !== undefined;
  }

  async #list(ownerId: UserId, kind: Kind, Limit: number, after: UserId | undefined): Promise<readonly MemberRow[]> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#tableName,
        KeyConditionExpression: 'ownerId = :ownerId AND begins_with(memberKey, :prefix)',
        ExpressionAttributeValues: { ':ownerId': ownerId, ':prefix': keyOf(kind, '') },
        ...(after !== undefined && { ExclusiveStartKey: { ownerId, memberKey: keyOf(kind, after) } }),
        Limit,
        ConsistentRead: true,
      }),
    );
    return Items as MemberRow[];
  }
}

const keyOf = (kind: Kind, userId: UserId): string => `${kind}#${userId}`;

const userIdOf = ({ memberKey }: MemberRow): UserId => memberKey.slice(memberKey.indexOf('#') + 1);

const toMember = (row: MemberRow): Ban => ({
  userId: userIdOf(row),
  ...(row.expiresAt !== undefined && { expiresAt: new Date(row.expiresAt * 1000).toISOString() }),
});
