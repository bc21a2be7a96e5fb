import type { StageStatus, UserId, Visibility } from '../../contract/stages.ts';
import type { LiveStatus } from './live/publishers.ts';

/** What Stagedoor knows of a user. The logical stage always exists; `stage` is the IVS resource behind it, if there is one. */
export interface Profile extends LiveStatus {
  readonly userId: UserId;
  readonly displayName: string;
  readonly visibility: Visibility;
  /** Hour of the last activity, `2026-01-01T00`: it moves at most once an hour. Absent: out of the idle index. */
  readonly idleHour?: string;
  readonly stage?: StageRecord;
  /** Whoever holds it may create or remove the physical stage until it ends. */
  readonly lease?: Lease;
  /** Since when the user waits in the provisioning queue, ISO. */
  readonly queuedAt?: string;
  /** Goes up with each change of the live status or of the visibility, which the live index depends on. */
  readonly liveRevision: number;
  /** Until then the reconcile pass looks for users who were banned and still hold tokens, ISO. */
  readonly watchUntil?: string;
  /** When the user was first found missing in the user pool, ISO. */
  readonly absentSince?: string;
}

/** The IVS stage that a profile names. */
export interface StageRecord {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: string;
  /** The provisioning attempt that made it. */
  readonly attemptId: string;
  /** Absent after an adoption: ListStages does not tell them; the next check does. */
  readonly endpoints?: StageEndpoints;
  readonly endpointsAt?: string;
  /** When IVS last confirmed that it exists, ISO. Absent: never, so a check is due. */
  readonly checkedAt?: string;
}

/** What key-pair tokens need to carry; IVS allows to keep them for 14 days. */
export interface StageEndpoints {
  readonly events?: string;
  readonly whip?: string;
  readonly rtmp?: string;
  readonly rtmps?: string;
}

export interface Lease {
  readonly attemptId: string;
  readonly kind: 'create' | 'remove';
  /** Epoch milliseconds. */
  readonly until: number;
  /** Of a removal: DeleteStage is about to be called. What happens on the stage from now on comes too late to keep it. */
  readonly deleting?: true;
}

export const isRunning = (lease: Lease | undefined, now: Date): lease is Lease =>
  lease !== undefined && lease.until > now.getTime();

/** A removal that has begun, running or broken off: whether the stage still exists is not known. */
export const removalOf = ({ lease }: Profile): Lease | undefined => (lease?.kind === 'remove' ? lease : undefined);

export function stageStatus(profile: Profile, now: Date): StageStatus {
  if (profile.stage && !removalOf(profile)) return 'active';
  const isBeingMade = profile.lease?.kind === 'create' && isRunning(profile.lease, now);
  return isBeingMade || isWaiting(profile, now) ? 'provisioning' : 'inactive';
}

/** Who only looks does not ask for the backlog: after so long the message is taken for lost. */
const LONGEST_WAIT_MS = 15 * 60_000;

const isWaiting = ({ queuedAt }: Profile, now: Date): boolean =>
  queuedAt !== undefined && now.getTime() - Date.parse(queuedAt) < LONGEST_WAIT_MS;

type Watch = Pick<Profile, 'watchUntil'>;

export const isWatchOver = ({ watchUntil }: Watch, now: Date): boolean =>
  watchUntil !== undefined && Date.parse(watchUntil) <= now.getTime();

/** A watch that runs is not ended by whoever writes the profile for another reason. */
export function latestWatch(known: Watch, next: Watch, now: Date): string | undefined {
  const ends = [known, next].flatMap(({ watchUntil }) => watchUntil ?? []).sort();
  return ends.findLast((watchUntil) => !isWatchOver({ watchUntil }, now));
}

/** `2026-01-01T00:12:34.567Z` → `2026-01-01T00` */
export const hourOf = (time: Date): string => time.toISOString().slice(0, 13);
