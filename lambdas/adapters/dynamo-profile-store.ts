import { type DynamoDBDocumentClient, GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import type { UserId, Visibility } from '../../contract/stages.ts';
import type { IdleProfile, ProfileStore, Queueing, Visit } from '../stages/ports.ts';
import { hourOf, type Lease, type Profile, type StageRecord } from '../stages/profile.ts';
import {
  idleHourOf,
  idleKeyOf,
  type ProfileItem,
  STAGE_ATTRIBUTES,
  toProfile,
  toStageAttributes,
} from './profile-item.ts';
import { type ProfileUpdate, updateProfile } from './profile-update.ts';
import { IDLE_INDEX } from './table-layout.ts';

const IDLE = 'idle';
const LIVE_ATTRIBUTES = ['live', 'liveSince', 'publisherCount'] as const satisfies readonly (keyof ProfileItem)[];
const LEASE_IS_FREE = '(attribute_not_exists(#lease) OR #lease.#until <= :now OR #lease.#attemptId = :attemptId)';
const LEASE_HAS_ENDED = '(attribute_not_exists(#lease) OR #lease.#until <= :now)';

/** Profiles in DynamoDB. Why a write that is sent twice does no harm stands beside each condition. */
export class DynamoProfileStore implements ProfileStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  async recordVisit(visit: Visit, signal?: AbortSignal): Promise<Profile> {
    const { userId, at, visibility, displayName, fallbackName, isSignIn } = visit;
    const profile = await this.#update(
      {
        userId,
        set: {
          ...idleSince(hourOf(at), userId),
          ...(isSignIn && { lastLoginAt: at.toISOString() }),
          ...(displayName !== undefined && { displayName }),
        },
        setIfAbsent: { visibility, ...(displayName === undefined && { displayName: fallbackName }) },
      },
      signal,
    );
    if (!profile) throw new Error('an unconditional write was refused');
    return profile;
  }

  async get(userId: UserId, signal?: AbortSignal): Promise<Profile | undefined> {
    const command = new GetCommand({ TableName: this.#tableName, Key: { userId }, ConsistentRead: true });
    const { Item } = await this.#client.send(command, { ...(signal && { abortSignal: signal }) });
    return Item && toProfile(Item as ProfileItem);
  }

  /** Sent twice: the lease is already this attempt's. */
  async claimForCreation(userId: UserId, lease: Lease, now: Date, signal?: AbortSignal): Promise<boolean> {
    const profile = await this.#update(
      {
        userId,
        set: { lease },
        condition: `attribute_exists(#userId) AND attribute_not_exists(#stageArn) AND ${LEASE_IS_FREE}`,
        values: { now: now.getTime(), attemptId: lease.attemptId },
      },
      signal,
    );
    return profile !== undefined;
  }

  /** Sent twice: the profile already names this attempt's stage. */
  async commitStage(userId: UserId, stage: StageRecord, now: Date, signal?: AbortSignal): Promise<Profile | undefined> {
    return this.#update(
      {
        userId,
        set: { ...toStageAttributes(stage), ...idleSince(hourOf(now), userId) },
        remove: ['lease', 'queuedAt'],
        condition:
          '(attribute_not_exists(#stageArn) AND #lease.#attemptId = :stageAttempt AND #lease.#until > :now) OR ' +
          '(#stageArn = :stageArn AND #stageAttempt = :stageAttempt)',
        values: { now: now.getTime() },
      },
      signal,
    );
  }

  /** Sent twice: the lease is gone and `queuedAt` is ours. */
  async markQueued(userId: UserId, queueing: Queueing, signal?: AbortSignal): Promise<boolean> {
    const { queuedAt, replaces, attemptId } = queueing;
    const profile = await this.#update(
      {
        userId,
        set: { queuedAt },
        ...(attemptId !== undefined && { remove: ['lease'] as const }),
        condition: [
          'attribute_exists(#userId)',
          `(attribute_not_exists(#queuedAt) OR #queuedAt IN (:queuedAt${replaces === undefined ? '' : ', :replaces'}))`,
          ...(attemptId === undefined
            ? []
            : ['attribute_not_exists(#stageArn)', '(attribute_not_exists(#lease) OR #lease.#attemptId = :attemptId)']),
        ].join(' AND '),
        values: { ...(replaces !== undefined && { replaces }), ...(attemptId !== undefined && { attemptId }) },
      },
      signal,
    );
    return profile !== undefined;
  }

  async unmarkQueued(userId: UserId, queuedAt: string): Promise<void> {
    await this.#update({ userId, remove: ['queuedAt'], condition: '#queuedAt = :queuedAt', values: { queuedAt } });
  }

  async releaseLease(userId: UserId, attemptId: string, idleHour?: string, signal?: AbortSignal): Promise<void> {
    await this.#update(
      {
        userId,
        ...(idleHour !== undefined && { set: idleSince(idleHour, userId) }),
        remove: ['lease'],
        condition: '#lease.#attemptId = :attemptId',
        values: { attemptId },
      },
      signal,
    );
  }

  /** Sent twice: the broken-off removal is gone already. */
  async recordCheck(
    userId: UserId,
    stage: StageRecord,
    removal?: Lease,
    signal?: AbortSignal,
  ): Promise<Profile | undefined> {
    return this.#update(
      {
        userId,
        set: toStageAttributes(stage),
        ...(removal && { remove: ['lease'] as const }),
        condition: `#stageArn = :stageArn AND (attribute_not_exists(#lease)${removal ? ' OR #lease.#attemptId = :attemptId' : ''})`,
        ...(removal && { values: { attemptId: removal.attemptId } }),
      },
      signal,
    );
  }

  /** Sent twice: the profile does not name the stage any more. */
  async clearStage(userId: UserId, arn: string, signal?: AbortSignal): Promise<void> {
    await this.#update(
      {
        userId,
        remove: [...STAGE_ATTRIBUTES, ...LIVE_ATTRIBUTES, 'lease', 'idlePartition', 'idleKey'],
        condition: '#stageArn = :arn',
        values: { arn },
      },
      signal,
    );
  }

  /** Sent twice: the lease is already this attempt's. */
  async claimForRemoval(
    { userId, stageArn, idleHour }: IdleProfile & { readonly stageArn: string },
    lease: Lease,
    now: Date,
  ): Promise<boolean> {
    const profile = await this.#update({
      userId,
      set: { lease },
      condition: `#stageArn = :stageArn AND #idleKey = :idleKey AND ${LEASE_IS_FREE}`,
      values: { stageArn, idleKey: idleKeyOf(idleHour, userId), now: now.getTime(), attemptId: lease.attemptId },
    });
    return profile !== undefined;
  }

  /** Sent twice: the profile already names the stage. */
  async adoptStage(userId: UserId, stage: StageRecord, now: Date): Promise<boolean> {
    const profile = await this.#update({
      userId,
      set: { ...toStageAttributes(stage), ...idleSince(hourOf(now), userId) },
      remove: ['lease', 'queuedAt'],
      condition: `attribute_exists(#userId) AND ${LEASE_HAS_ENDED} AND (attribute_not_exists(#stageArn) OR #stageArn = :stageArn)`,
      values: { now: now.getTime() },
    });
    return profile !== undefined;
  }

  async leaveIdleIndex({ userId, idleHour }: IdleProfile): Promise<void> {
    await this.#update({
      userId,
      remove: ['idlePartition', 'idleKey'],
      condition: '#idleKey = :idleKey AND attribute_not_exists(#stageArn)',
      values: { idleKey: idleKeyOf(idleHour, userId) },
    });
  }

  async *listIdle(before?: string): AsyncIterable<IdleProfile> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#tableName,
        IndexName: IDLE_INDEX.name,
        KeyConditionExpression: `idlePartition = :idle${before === undefined ? '' : ' AND idleKey < :before'}`,
        ExpressionAttributeValues: { ':idle': IDLE, ...(before !== undefined && { ':before': before }) },
      },
    );
    for await (const { Items = [] } of pages) {
      for (const { userId, idleKey, stageArn } of Items as (ProfileItem & { readonly idleKey: string })[]) {
        yield { userId, idleHour: idleHourOf(idleKey), ...(stageArn !== undefined && { stageArn }) };
      }
    }
  }

  async changeVisibility(userId: UserId, visibility: Visibility): Promise<Profile | undefined> {
    return this.#update({ userId, set: { visibility }, condition: 'attribute_exists(#userId)' });
  }

  #update(update: ProfileUpdate, signal?: AbortSignal): Promise<Profile | undefined> {
    return updateProfile(this.#client, this.#tableName, update, signal);
  }
}

const idleSince = (idleHour: string, userId: UserId): Partial<ProfileItem> => ({
  idlePartition: IDLE,
  idleKey: idleKeyOf(idleHour, userId),
});
