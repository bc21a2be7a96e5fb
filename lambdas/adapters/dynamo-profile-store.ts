import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import type { UserId } from '../../contract/stages.ts';
import type { IdleProfile, IdleRange, ProfileStore, Queueing, RemovalClaim, Visit } from '../stages/ports.ts';
import { hourOf, type Lease, type Profile, type StageRecord } from '../stages/profile.ts';
import {
  idleAttributes,
  idleHourOf,
  idleKeyOf,
  LIVE_ATTRIBUTES,
  type ProfileItem,
  STAGE_ATTRIBUTES,
  toProfile,
  toStageAttributes,
} from './profile-item.ts';
import { type ProfileUpdate, updateProfile } from './profile-update.ts';
import { IDLE_INDEX } from './table-layout.ts';

const IDLE = 'idle';
const IDLE_ATTRIBUTES = ['idlePartition', 'idleKey'] as const satisfies readonly (keyof ProfileItem)[];
const LEASE_IS_FREE = '(attribute_not_exists(#lease) OR #lease.#until <= :now OR #lease.#attemptId = :attemptId)';
const IS_NOT_LIVE = '(attribute_not_exists(#live) OR #live = :notLive)';
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
          ...idleAttributes(hourOf(at), userId),
          ...(isSignIn && { lastLoginAt: at.toISOString() }),
          ...(displayName !== undefined && { displayName }),
        },
        setIfAbsent: { visibility, ...(displayName === undefined && { displayName: fallbackName }) },
        remove: ['absentSince'],
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
        set: { ...toStageAttributes(stage), ...idleAttributes(hourOf(now), userId) },
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
        ...(idleHour !== undefined && { set: idleAttributes(idleHour, userId) }),
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
        remove: ['queuedAt', ...(removal ? (['lease'] as const) : [])],
        condition: `#stageArn = :stageArn AND (attribute_not_exists(#lease)${removal ? ' OR #lease.#attemptId = :attemptId' : ''})`,
        ...(removal && { values: { attemptId: removal.attemptId } }),
      },
      signal,
    );
  }

  /** Sent twice: the profile does not name the stage any more. */
  async clearStage(userId: UserId, arn: string, staysIdle: boolean, signal?: AbortSignal): Promise<void> {
    await this.#update(
      {
        userId,
        remove: [...STAGE_ATTRIBUTES, ...LIVE_ATTRIBUTES, 'lease', ...(staysIdle ? [] : IDLE_ATTRIBUTES)],
        condition: '#stageArn = :arn',
        values: { arn },
      },
      signal,
    );
  }

  /** Sent twice: the lease is already this attempt's. */
  async claimForRemoval(claim: RemovalClaim, lease: Lease, now: Date): Promise<boolean> {
    const { condition, values } = asClaimed(claim);
    const profile = await this.#update({
      userId: claim.userId,
      set: { lease },
      condition: `${condition} AND ${LEASE_IS_FREE}`,
      values: { ...values, now: now.getTime(), attemptId: lease.attemptId },
    });
    return profile !== undefined;
  }

  /** Sent twice: the lease is still this attempt's, and `deleting` already. */
  async confirmRemoval(claim: RemovalClaim, lease: Lease, now: Date): Promise<boolean> {
    const { condition, values } = asClaimed(claim);
    const profile = await this.#update({
      userId: claim.userId,
      set: { lease: { ...lease, deleting: true } },
      condition: `${condition} AND #lease.#attemptId = :attemptId AND #lease.#until > :now AND ${IS_NOT_LIVE}`,
      values: { ...values, attemptId: lease.attemptId, now: now.getTime(), notLive: false },
    });
    return profile !== undefined;
  }

  /** Sent twice: there is no profile. */
  async deleteProfile(userId: UserId, attemptId: string): Promise<boolean> {
    const command = new DeleteCommand({
      TableName: this.#tableName,
      Key: { userId },
      ConditionExpression: 'attribute_not_exists(#userId) OR #lease.#attemptId = :attemptId',
      ExpressionAttributeNames: { '#userId': 'userId', '#lease': 'lease', '#attemptId': 'attemptId' },
      ExpressionAttributeValues: { ':attemptId': attemptId },
    });
    try {
      await this.#client.send(command);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async recordAbsence(userId: UserId, absentSince: string | undefined): Promise<void> {
    await this.#update({
      userId,
      ...(absentSince === undefined ? { remove: ['absentSince'] as const } : { setIfAbsent: { absentSince } }),
      condition: 'attribute_exists(#userId)',
    });
  }

  /** Sent twice: the profile already names the stage. */
  async adoptStage(userId: UserId, stage: StageRecord, now: Date): Promise<boolean> {
    const profile = await this.#update({
      userId,
      set: { ...toStageAttributes(stage), ...idleAttributes(hourOf(now), userId) },
      remove: ['lease', 'queuedAt'],
      condition: `attribute_exists(#userId) AND ${LEASE_HAS_ENDED} AND (attribute_not_exists(#stageArn) OR #stageArn = :stageArn)`,
      values: { now: now.getTime() },
    });
    return profile !== undefined;
  }

  async leaveIdleIndex({ userId, idleHour }: IdleProfile): Promise<void> {
    await this.#update({
      userId,
      remove: IDLE_ATTRIBUTES,
      condition: '#idleKey = :idleKey AND attribute_not_exists(#stageArn)',
      values: { idleKey: idleKeyOf(idleHour, userId) },
    });
  }

  async *listIdle({ before, after }: IdleRange = {}): AsyncIterable<IdleProfile> {
    const pages = paginateQuery(
      {
        client: this.#client,
        ...(after && { startingToken: { ...idleAttributes(after.idleHour, after.userId), userId: after.userId } }),
      },
      {
        TableName: this.#tableName,
        IndexName: IDLE_INDEX.name,
        KeyConditionExpression: `idlePartition = :idle${before === undefined ? '' : ' AND idleKey < :before'}`,
        ExpressionAttributeValues: { ':idle': IDLE, ...(before !== undefined && { ':before': before }) },
      },
    );
    for await (const { Items = [] } of pages) {
      for (const item of Items) yield toIdleProfile(item as ProfileItem & { readonly idleKey: string });
    }
  }

  #update(update: ProfileUpdate, signal?: AbortSignal): Promise<Profile | undefined> {
    return updateProfile(this.#client, this.#tableName, update, signal);
  }
}

/** What a removal's claim demands of the profile, with the values that its condition names. */
const asClaimed = ({ userId, stageArn, idleHour }: RemovalClaim) => ({
  condition: [
    'attribute_exists(#userId)',
    stageArn === null ? 'attribute_not_exists(#stageArn)' : '#stageArn = :stageArn',
    ...(idleHour === undefined ? [] : ['#idleKey = :idleKey']),
  ].join(' AND '),
  values: {
    ...(stageArn !== null && { stageArn }),
    ...(idleHour !== undefined && { idleKey: idleKeyOf(idleHour, userId) }),
  },
});

/** The index holds no more of a profile than this. */
const toIdleProfile = ({
  userId,
  idleKey,
  stageArn,
  absentSince,
  lease,
}: ProfileItem & { readonly idleKey: string }): IdleProfile => ({
  userId,
  idleHour: idleHourOf(idleKey),
  ...(stageArn !== undefined && { stageArn }),
  ...(absentSince !== undefined && { absentSince }),
  ...(lease && { lease }),
});
