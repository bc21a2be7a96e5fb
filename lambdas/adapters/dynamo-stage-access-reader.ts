import { BatchGetCommand, type BatchGetCommandInput, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Capability, UserId } from '../../contract/stages.ts';
import { CAPABILITIES } from '../stages/access/capabilities.ts';
import { UpstreamThrottledError } from '../stages/errors.ts';
import type { Membership, StageAccess, StageAccessReader } from '../stages/ports.ts';
import { type ProfileItem, toProfile } from './profile-item.ts';

interface MemberRow {
  readonly ownerId: UserId;
  readonly memberKey: string;
  readonly capabilities?: readonly Capability[];
  readonly expiresAt?: number;
}

type Tables = { readonly profiles: string; readonly stageMembers: string };
type Requests = NonNullable<BatchGetCommandInput['RequestItems']>;

/** Reads in one consistent call what decides over a caller: both profiles, ban, invitation and burnt participant. */
export class DynamoStageAccessReader implements StageAccessReader {
  readonly #client: DynamoDBDocumentClient;
  readonly #tables: Tables;

  constructor(client: DynamoDBDocumentClient, tables: Tables) {
    this.#client = client;
    this.#tables = tables;
  }

  async read(ownerId: UserId, callerId: UserId, participantId?: string): Promise<StageAccess> {
    const { profiles, stageMembers } = this.#tables;
    const userIds = [...new Set([ownerId, callerId])];
    const rowKeys = [
      ...(callerId === ownerId ? [] : memberKeys(ownerId, callerId)),
      ...(participantId === undefined ? [] : [{ ownerId, memberKey: `burnt#${participantId}` }]),
    ];
    const items = await this.#batchGet({
      [profiles]: { Keys: userIds.map((userId) => ({ userId })), ConsistentRead: true },
      ...(rowKeys.length > 0 && { [stageMembers]: { Keys: rowKeys, ConsistentRead: true } }),
    });
    const found = (items[profiles] ?? []) as ProfileItem[];
    const rows = (items[stageMembers] ?? []) as MemberRow[];
    const owner = found.find(({ userId }) => userId === ownerId);
    return {
      owner: owner && toProfile(owner),
      callerName: found.find(({ userId }) => userId === callerId)?.displayName,
      ...toMembership(rows),
      // A row that has outlived its end burns a token that has expired.
      burnt: rows.some(({ memberKey }) => memberKey.startsWith('burnt#')),
    };
  }

  async readMemberships(ownerIds: readonly UserId[], callerId: UserId): Promise<ReadonlyMap<UserId, Membership>> {
    const { stageMembers } = this.#tables;
    const Keys = ownerIds.filter((ownerId) => ownerId !== callerId).flatMap((ownerId) => memberKeys(ownerId, callerId));
    if (Keys.length === 0) return new Map();
    const items = await this.#batchGet({ [stageMembers]: { Keys, ConsistentRead: true } });
    const byOwner = Map.groupBy((items[stageMembers] ?? []) as MemberRow[], ({ ownerId }) => ownerId);
    return new Map([...byOwner].map(([ownerId, rows]) => [ownerId, toMembership(rows)]));
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

const memberKeys = (ownerId: UserId, callerId: UserId) =>
  [`ban#${callerId}`, `guest#${callerId}`].map((memberKey) => ({ ownerId, memberKey }));

/** What the rows of one owner about one caller say. */
function toMembership(rows: readonly MemberRow[]): Membership {
  const ban = rows.find(({ memberKey }) => memberKey.startsWith('ban#'));
  const guest = rows.find(({ memberKey }) => memberKey.startsWith('guest#'));
  return {
    ban: ban && endOf(ban),
    guest: guest && { capabilities: guest.capabilities ?? CAPABILITIES, ...endOf(guest) },
  };
}

/** Rows keep their end in seconds, as DynamoDB's TTL wants it. */
const endOf = ({ expiresAt }: MemberRow): { expiresAt?: string } =>
  expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt * 1000).toISOString() };
