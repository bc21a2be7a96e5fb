import type { Visibility } from '../../contract/stages.ts';
import { type LiveStatus, NOT_LIVE, type Publishers } from '../stages/live/publishers.ts';
import type { Lease, Profile, StageEndpoints, StageRecord } from '../stages/profile.ts';

/** A profile as it lies in DynamoDB. Attributes are flat where a condition or an index needs them. */
export interface ProfileItem {
  readonly userId: string;
  readonly displayName: string;
  readonly visibility: Visibility;
  readonly lastLoginAt?: string;
  /** Constant; present only in profiles that the clean-up shall see. */
  readonly idlePartition?: string;
  /** `2026-01-01T00#<userId>` */
  readonly idleKey?: string;
  readonly stageArn?: string;
  readonly stageName?: string;
  readonly stageCreatedAt?: string;
  readonly stageAttempt?: string;
  readonly endpoints?: StageEndpoints;
  readonly endpointsAt?: string;
  readonly checkedAt?: string;
  readonly lease?: Lease;
  readonly queuedAt?: string;
  /** When the user was first found missing in the user pool. */
  readonly absentSince?: string;
  readonly publishers?: Publishers;
  readonly live?: boolean;
  readonly liveSince?: string;
  readonly publisherCount?: number;
  readonly doubtful?: boolean;
  /** Somebody was banned, and their last tokens have not expired before then: ISO. */
  readonly watchUntil?: string;
  /** Goes up with each change of the attributes above and of `visibility`. */
  readonly liveRevision?: number;
  /** Constant; present only while the stage is live and public. */
  readonly livePartition?: string;
  /** `2026-01-01T00:00:00.000Z#<userId>` */
  readonly liveKey?: string;
  /** Constant; present only while the stage is live, in doubt or watched. */
  readonly watchPartition?: string;
  readonly watchKey?: string;
}

export const STAGE_ATTRIBUTES = [
  'stageArn',
  'stageName',
  'stageCreatedAt',
  'stageAttempt',
  'endpoints',
  'endpointsAt',
  'checkedAt',
] as const satisfies readonly (keyof ProfileItem)[];

export const LIVE_ATTRIBUTES = [
  'publishers',
  'live',
  'liveSince',
  'publisherCount',
  'doubtful',
  'watchUntil',
  'liveRevision',
  'livePartition',
  'liveKey',
  'watchPartition',
  'watchKey',
] as const satisfies readonly (keyof ProfileItem)[];

export function toProfile(item: ProfileItem): Profile {
  const { userId, displayName, visibility, idleKey, lease, queuedAt } = item;
  const stage = toStage(item);
  return {
    userId,
    displayName,
    visibility,
    ...(idleKey !== undefined && { idleHour: idleHourOf(idleKey) }),
    ...(stage && { stage }),
    ...(lease && { lease }),
    ...(queuedAt !== undefined && { queuedAt }),
    ...(item.absentSince !== undefined && { absentSince: item.absentSince }),
    ...toLiveStatus(item),
    ...(item.watchUntil !== undefined && { watchUntil: item.watchUntil }),
    liveRevision: item.liveRevision ?? 0,
  };
}

function toLiveStatus(item: ProfileItem): LiveStatus {
  const { publishers, live, liveSince, publisherCount, doubtful } = { ...NOT_LIVE, ...item };
  return { publishers, live, liveSince, publisherCount, doubtful };
}

function toStage(item: ProfileItem): StageRecord | undefined {
  const { stageArn, stageName, stageCreatedAt, stageAttempt, endpoints, endpointsAt, checkedAt } = item;
  if (!stageArn || !stageName || !stageCreatedAt || !stageAttempt) return undefined;
  return {
    arn: stageArn,
    name: stageName,
    createdAt: stageCreatedAt,
    attemptId: stageAttempt,
    ...(endpoints && { endpoints }),
    ...(endpointsAt && { endpointsAt }),
    ...(checkedAt && { checkedAt }),
  };
}

export const toStageAttributes = (stage: StageRecord): Partial<ProfileItem> => ({
  stageArn: stage.arn,
  stageName: stage.name,
  stageCreatedAt: stage.createdAt,
  stageAttempt: stage.attemptId,
  ...(stage.endpoints && { endpoints: stage.endpoints }),
  ...(stage.endpointsAt && { endpointsAt: stage.endpointsAt }),
  ...(stage.checkedAt && { checkedAt: stage.checkedAt }),
});

export const idleKeyOf = (idleHour: string, userId: string): string => `${idleHour}#${userId}`;
export const idleHourOf = (idleKey: string): string => idleKey.slice(0, idleKey.indexOf('#'));

/** The place of a profile in the idle index. */
export const idleAttributes = (idleHour: string, userId: string): Partial<ProfileItem> => ({
  idlePartition: 'idle',
  idleKey: idleKeyOf(idleHour, userId),
});
