import type { UserId } from '../../../contract/stages.ts';
import type { CallIvs as CallForModeration } from '../moderation/call-ivs.ts';
import { type EnforcementNeeds, enforcePublishing, enforceRights } from '../moderation/enforce-rights.ts';
import { findBanned } from '../moderation/find-banned.ts';
import { findSession } from '../moderation/find-session.ts';
import type { IvsParticipant, PublishingChange, Services } from '../ports.ts';
import { hourOf, isRunning, isWatchOver, type Profile } from '../profile.ts';
import {
  forgetOld,
  isPublishing,
  type LiveStatus,
  liveStatusOf,
  newestOf,
  type Publishers,
  type PublishingTruth,
  samePublishers,
  settle,
} from './publishers.ts';

/** What one owner's live status came to. */
export interface Examination {
  readonly status: LiveStatus;
  /** It was wrong about who publishes. */
  readonly corrected: boolean;
  /** Connected participants who have published in this session. */
  readonly connected: number;
  /** Participants who published without the right to, or were banned. */
  readonly putOut: number;
}

export type ExamineNeeds = EnforcementNeeds & Pick<Services, 'profiles' | 'liveStatus' | 'ivs' | 'participants'>;

/** Makes one call to IVS when it is its turn. */
export type CallIvs = <T>(call: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** IVS's lists may lag behind its events: what is younger is left to the next pass. */
const LIST_LAG_MS = 10_000;

/**
 * Asks IVS who publishes on an owner's stage, and corrects the profile. It is read before IVS is asked, so a write that
 * succeeds is newer than all events that were known then. Undefined: there is nothing to examine.
 */
export const examineLiveStatus =
  (services: ExamineNeeds, callIvs: CallIvs) =>
  async (ownerId: UserId): Promise<Examination | 'refused' | undefined> => {
    const { profiles, liveStatus, now } = services;
    const profile = await profiles.get(ownerId);
    if (!profile?.stage || isBeingDeleted(profile, now())) return undefined;
    const askedAt = now();
    const truth = await askWhoPublishes(services, callIvs, profile.stage.arn);
    const status = liveStatusOf(forgetOld(settleAll(profile.publishers, truth.publishing, askedAt), askedAt));
    const isNews = !samePublishers(status.publishers, profile.publishers) || isWatchOver(profile, now());
    const { visibility } = profile;
    const corrected = publishingIds(status.publishers) !== publishingIds(profile.publishers);
    // A start that no event told counts as activity all the same.
    const idleHour = corrected && status.live ? { idleHour: hourOf(now()) } : {};
    const change = { ...status, visibility, ...idleHour };
    const isWritten = !isNews || (await liveStatus.replace(profile, change, now())) !== undefined;
    const putOut = await enforceRightsOn(services, callIvs, profile, truth);
    if (!isWritten) return 'refused';
    return { status, corrected, connected: truth.connected.length, putOut };
  };

const isBeingDeleted = ({ lease }: Profile, now: Date): boolean => isRunning(lease, now) && lease.deleting === true;

interface StageTruth {
  /** By participant id; who is not in it does not publish. `unknown`: IVS tells nothing about when. */
  readonly publishing: ReadonlyMap<string, PublishingTruth | 'unknown'>;
  /** Who has published in this session and is there. */
  readonly connected: readonly IvsParticipant[];
  readonly sessionId?: string;
}

const NOBODY: StageTruth = { publishing: new Map(), connected: [] };

async function askWhoPublishes(services: ExamineNeeds, callIvs: CallIvs, arn: string): Promise<StageTruth> {
  const sessionId = await findSession(services, forModeration(callIvs), arn);
  if (sessionId === undefined) return NOBODY;
  const connected = await listConnectedPublishers(services, callIvs, arn, sessionId);
  const publishing = new Map<string, PublishingTruth | 'unknown'>();
  for (const { participantId } of connected) {
    publishing.set(participantId, toTruth(await listPublishing(services, callIvs, arn, sessionId, participantId)));
  }
  return { publishing, connected, sessionId };
}

/** A pass has one pace for all operations. */
const forModeration =
  (callIvs: CallIvs): CallForModeration =>
  (_operation, call) =>
    callIvs(call);

async function listConnectedPublishers(
  { participants }: ExamineNeeds,
  callIvs: CallIvs,
  arn: string,
  sessionId: string,
): Promise<readonly IvsParticipant[]> {
  const found: IvsParticipant[] = [];
  let cursor: string | undefined;
  do {
    const from = cursor;
    const page = await callIvs((signal) => participants.listPublishers(arn, sessionId, from, signal));
    found.push(...page.participants.filter(({ connected }) => connected));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

async function listPublishing(
  { participants }: ExamineNeeds,
  callIvs: CallIvs,
  arn: string,
  sessionId: string,
  participantId: string,
): Promise<readonly PublishingChange[]> {
  const found: PublishingChange[] = [];
  let cursor: string | undefined;
  do {
    const from = cursor;
    const page = await callIvs((signal) => participants.listPublishing(arn, sessionId, participantId, from, signal));
    found.push(...page.changes);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

/** Ends what a right's end left over: invitations that ran out, and tokens with which the banned joined. Tells how many went. */
async function enforceRightsOn(
  services: ExamineNeeds,
  callIvs: CallIvs,
  { userId: ownerId, stage, watchUntil }: Profile,
  { connected, publishing, sessionId }: StageTruth,
): Promise<number> {
  if (!stage || sessionId === undefined) return 0;
  const call = forModeration(callIvs);
  const outcomes: string[] = [];
  for (const publisher of connected) {
    const said = publishing.get(publisher.participantId);
    const publishes = said === 'unknown' || said?.publishing;
    if (publishes) outcomes.push(await enforcePublishing(services, call)(ownerId, stage.arn, publisher));
  }
  if (watchUntil !== undefined) {
    const place = { ownerId, stageArn: stage.arn, sessionId };
    for (const banned of await findBanned(services, call, place)) {
      outcomes.push(await enforceRights(services, call)(place, banned));
    }
  }
  return outcomes.filter((outcome) => outcome === 'put-out').length;
}

/** Starts and stops take turns, so that their numbers tell which came last when their times do not. */
export function toTruth(changes: readonly PublishingChange[]): PublishingTruth | 'unknown' {
  const timesOf = (kind: PublishingChange['kind']) =>
    changes.filter((change) => change.kind === kind).map(({ at }) => at.getTime());
  const [starts, stops] = [timesOf('started'), timesOf('stopped')];
  const [started, stopped] = [Math.max(...starts), Math.max(...stops)];
  if (changes.length === 0) return 'unknown';
  return {
    publishing: started > stopped || (started === stopped && starts.length > stops.length),
    ...(starts.length > 0 && { started: new Date(started) }),
    ...(stops.length > 0 && { stopped: new Date(stopped) }),
  };
}

function settleAll(known: Publishers, truth: StageTruth['publishing'], askedAt: Date): Publishers {
  const ids = new Set([...Object.keys(known), ...truth.keys()]);
  const settled = [...ids].map((id) => {
    const record = known[id] ?? {};
    const said = truth.get(id) ?? { publishing: false };
    const isFresh = Math.abs(askedAt.getTime() - newestOf(record).at / 1000) < LIST_LAG_MS;
    return [id, isFresh || said === 'unknown' ? record : settle(record, said)] as const;
  });
  return Object.fromEntries(settled.filter(([, record]) => Object.keys(record).length > 0));
}

const publishingIds = (publishers: Publishers): string =>
  Object.keys(publishers)
    .filter((id) => isPublishing(publishers[id] ?? {}))
    .sort()
    .join();
