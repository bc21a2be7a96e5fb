import { BatchGetCommand, type BatchGetCommandInput, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Capability, UserId } from '../../contract/stages.ts';
import { CAPABILITIES } from '../stages/capabilities.ts';
import { UpstreamThrottledError } from '../stages/errors.ts';
import type { StageAccess, StageAccessReader } from '../stages/ports.ts';
import { type ProfileItem, toProfile } from './profile-item.ts';

interface MemberRow {
  readonly memberKey: string;
  readonly capabilities?: readonly Capability[];
  readonly expiresAt?: number;
}

type Tables = { readonly profiles: string; readonly stageMembers: string };
type Requests = NonNullable<BatchGetCommandInput['RequestItems']>;

/** Reads in one consistent call what decides over a caller: both profiles, the ban and the invitation. */
export class DynamoStageAccessReader implements StageAccessReader {
  readonly #client: DynamoDBDocumentClient;
  readonly #tables: Tables;

  constructor(client: DynamoDBDocumentClient, tables: Tables) {
    this.#client = client;
    this.#tables = tables;
  }

  async read(ownerId: UserId, callerId: UserId): Promise<StageAccess> {
    const { profiles, stageMembers } = this.#tables;
    const userIds = [...new Set([ownerId, callerId])];
    const members = [`ban#${callerId}`, `guest#${callerId}`].map((memberKey) => ({ ownerId, memberKey }));
    const items = await this.#batchGet({
      [profiles]: { Keys: userIds.map((userId) => ({ userId })), ConsistentRead: true },
      ...(callerId !== ownerId && { [stageMembers]: { Keys: members, ConsistentRead: true } }),
    });
    const found = (items[profiles] ?? []) as ProfileItem[];
    const rows = (items[stageMembers] ?? []) as MemberRow[];
    const owner = found.find(({ userId }) => userId === ownerId);
    const ban = rows.find(({ memberKey }) => memberKey === `ban#${callerId}`);
    const guest = rows.find(({ memberKey }) => memberKey === `guest#${callerId}`);
    return {
      owner: owner && toProfile(owner),
      callerName: found.find(({ userId }) => userId === callerId)?.displayName,
      ban: ban && endOf(ban),
      guest: guest && { capabilities: guest.capabilities ?? CAPABILITIES, ...endOf(guest) },
    };
  }

  /** A key that was not processed is not absent: a ban that was not read must not let anybody in. */
  async #batchGet(requests: Requests): Promise<Record<string, unknown[]>> {
    const items: Record<string, unknown[]> = {};
    let pending: Requests = requests;
    for (let attempt = 1; attempt <= 2; attempt++) {
      const { Responses = {}, UnprocessedKeys = {} } = await this.#client.send(
        new BatchGetCommand({ RequestItems: pending }),
      );
      for (const [table, rows] of Object.entries(Responses)) items[table] = [...(items[table] ?? []), ...rows];
      if (Object.keys(UnprocessedKeys).length === 0) return items;
      pending = UnprocessedKeys;
    }
    throw new UpstreamThrottledError();
  }
}

/** Rows keep their end in seconds, as DynamoDB's TTL wants it. */
const endOf = ({ expiresAt }: MemberRow): { expiresAt?: string } =>
  expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt * 1000).toISOString() };
