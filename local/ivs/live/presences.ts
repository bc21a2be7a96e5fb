import { type Emulation, setIngestStage } from '../emulation.ts';
import type { Admission, Capability, Connection, LeftReason, MutedState, Refusal, StageNews } from './live-stages.ts';
import { refuse } from './refusals.ts';
import {
  activeSession,
  closeIdleSessions,
  noteEvent,
  openSession,
  type ParticipantRecord,
  type StageSession,
} from './stage-sessions.ts';
import { announcePublishError, announcePublishing } from './stage-updates.ts';

/** Who is connected to a stage, and who wants to know about it. */
export interface Room {
  readonly present: Map<string, Present>;
  readonly watchers: Set<(news: StageNews) => void>;
}

/** A connected participant. */
export interface Present {
  readonly stageArn: string;
  admission: Admission;
  session: StageSession;
  record: ParticipantRecord;
  isPublishing: boolean;
  muted: MutedState;
  readonly entry: Entry;
  readonly connection: Connection;
  /** Participants that it watches. */
  readonly subscriptions: Set<string>;
  readonly listeners: Set<(news: StageNews) => void>;
}

/** How a participant came onto the stage, if not with a token. */
export type Entry = Pick<
  ParticipantRecord,
  'ingestConfigurationArn' | 'redundantIngest' | 'sourceStageArn' | 'sourceSessionId'
>;

export const publishersPerStage = 12;

export function enterStage(
  emulation: Emulation,
  admission: Admission,
  connection: Connection,
  entry: Entry = {},
): Present | Refusal {
  const { stageArn, participantId } = admission;
  if (!emulation.stages.has(stageArn)) return refuse.stageDeleted();
  if (emulation.burntTokens.has(burnKey(stageArn, participantId))) return refuse.disconnected();
  const earlier = roomOf(emulation, stageArn).present.get(participantId);
  if (earlier) endPresence(emulation, earlier, 'token-reused');

  const session = currentSession(emulation, stageArn);
  const record = recordJoin(emulation, session, admission, entry);
  const present: Present = {
    stageArn,
    admission,
    session,
    record,
    entry,
    connection,
    isPublishing: false,
    muted: { audioMuted: false, videoMuted: false },
    subscriptions: new Set(),
    listeners: new Set(),
  };
  roomOf(emulation, stageArn).present.set(participantId, present);
  settleSession(emulation, present);
  tell(emulation, present, 'joined');
  return present;
}

/** Those who stayed when the last session ended come along into the next one. */
function currentSession(emulation: Emulation, stageArn: string): StageSession {
  closeIdleSessions(emulation);
  const active = activeSession(emulation, stageArn);
  if (active) return active;
  const session = openSession(emulation, stageArn);
  for (const present of roomOf(emulation, stageArn).present.values()) {
    present.session = session;
    present.record = recordJoin(emulation, session, present.admission, present.entry);
    if (!present.isPublishing) continue;
    present.record.published = true;
    session.sawPublisher = true;
  }
  return session;
}

function recordJoin(emulation: Emulation, session: StageSession, admission: Admission, entry: Entry) {
  const { participantId, userId, attributes } = admission;
  const known = session.participants.get(participantId);
  const record: ParticipantRecord = known ?? {
    participantId,
    userId,
    attributes,
    state: 'CONNECTED',
    firstJoinTime: emulation.clock().toISOString(),
    published: false,
    protocol: 'UNKNOWN',
    replicationType: entry.sourceStageArn === undefined ? 'NONE' : 'REPLICA',
    ...(entry.sourceStageArn === undefined ? {} : { replicationState: 'ACTIVE' }),
    ...entry,
    events: [],
  };
  Object.assign(record, { userId, attributes, state: 'CONNECTED' });
  session.participants.set(participantId, record);
  noteEvent(emulation, record, 'JOINED');
  return record;
}

export function startPublishing(
  emulation: Emulation,
  present: Present,
  protocol: ParticipantRecord['protocol'] = 'UNKNOWN',
): Refusal | undefined {
  if (!isPresent(emulation, present)) return refuse.notJoined();
  if (present.isPublishing) return undefined;
  currentSession(emulation, present.stageArn);
  if (!present.admission.canPublish) {
    failPublishing(emulation, present, 'INSUFFICIENT_CAPABILITIES');
    return refuse.notAllowed('The token does not allow to publish');
  }
  const publishers = [...roomOf(emulation, present.stageArn).present.values()].filter((each) => each.isPublishing);
  if (publishers.length >= publishersPerStage) {
    failPublishing(emulation, present, 'QUOTA_EXCEEDED');
    return refuse.atCapacity(publishersPerStage);
  }
  present.isPublishing = true;
  present.session.sawPublisher = true;
  Object.assign(present.record, { published: true, protocol });
  noteEvent(emulation, present.record, 'PUBLISH_STARTED');
  settleSession(emulation, present);
  announcePublishing(emulation, present, true);
  tell(emulation, present, 'published');
  return undefined;
}

export function failPublishing(
  emulation: Emulation,
  present: Present,
  errorCode: 'INSUFFICIENT_CAPABILITIES' | 'QUOTA_EXCEEDED' | 'REUSE_OF_STREAM_KEY',
): void {
  noteEvent(emulation, present.record, 'PUBLISH_ERROR', { errorCode });
  announcePublishError(emulation, present, errorCode);
}

export function stopPublishing(emulation: Emulation, present: Present): void {
  if (!present.isPublishing) return;
  const { participantId } = present.admission;
  for (const viewer of roomOf(emulation, present.stageArn).present.values()) {
    stopSubscribing(emulation, viewer, participantId);
  }
  present.isPublishing = false;
  noteEvent(emulation, present.record, 'PUBLISH_STOPPED');
  settleSession(emulation, present);
  announcePublishing(emulation, present, false);
  tell(emulation, present, 'unpublished');
}

export function startSubscribing(emulation: Emulation, present: Present, publisherId: string): Refusal | undefined {
  if (!isPresent(emulation, present)) return refuse.notJoined();
  const remote = { remoteParticipantId: publisherId };
  if (!present.admission.canSubscribe) {
    noteEvent(emulation, present.record, 'SUBSCRIBE_ERROR', { ...remote, errorCode: 'INSUFFICIENT_CAPABILITIES' });
    return refuse.notAllowed('The token does not allow to subscribe');
  }
  if (!roomOf(emulation, present.stageArn).present.get(publisherId)?.isPublishing) {
    noteEvent(emulation, present.record, 'SUBSCRIBE_ERROR', { ...remote, errorCode: 'PUBLISHER_NOT_FOUND' });
    return refuse.notJoined('No such participant publishes on this stage');
  }
  if (present.subscriptions.has(publisherId)) return undefined;
  present.subscriptions.add(publisherId);
  noteEvent(emulation, present.record, 'SUBSCRIBE_STARTED', remote);
  return undefined;
}

export function stopSubscribing(emulation: Emulation, present: Present, publisherId: string): void {
  if (!present.subscriptions.delete(publisherId)) return;
  noteEvent(emulation, present.record, 'SUBSCRIBE_STOPPED', { remoteParticipantId: publisherId });
}

export function setMuted(emulation: Emulation, present: Present, { audioMuted, videoMuted }: MutedState): void {
  if (!isPresent(emulation, present)) return;
  if (present.muted.audioMuted === audioMuted && present.muted.videoMuted === videoMuted) return;
  present.muted = { audioMuted, videoMuted };
  tell(emulation, present, 'muted');
}

export function leaveStage(emulation: Emulation, present: Present, reason: LeftReason): void {
  if (!isPresent(emulation, present)) return;
  for (const publisherId of present.subscriptions) stopSubscribing(emulation, present, publisherId);
  stopPublishing(emulation, present);
  roomOf(emulation, present.stageArn).present.delete(present.admission.participantId);
  present.record.state = 'DISCONNECTED';
  noteEvent(emulation, present.record, 'LEFT');
  settleSession(emulation, present);
  tell(emulation, present, 'left', reason);
}

/** The control plane's way to make somebody leave. */
export function endPresence(emulation: Emulation, present: Present, reason: LeftReason): void {
  leaveStage(emulation, present, reason);
  attempt(() => present.connection.end(reason));
}

/** The API and the stream keys speak of the stage alone: a disconnected ingest configuration is detached from it. */
export function disconnect(emulation: Emulation, present: Present, reason: LeftReason): void {
  const { ingestConfigurationArn } = present.entry;
  endPresence(emulation, present, reason);
  if (ingestConfigurationArn !== undefined) setIngestStage(emulation, ingestConfigurationArn, '');
}

export function isPresent(emulation: Emulation, present: Present): boolean {
  return emulation.rooms.get(present.stageArn)?.present.get(present.admission.participantId) === present;
}

export function roomOf({ rooms }: Emulation, stageArn: string): Room {
  const room = rooms.get(stageArn) ?? { present: new Map(), watchers: new Set() };
  rooms.set(stageArn, room);
  return room;
}

/**
 * A session that saw a publisher is kept by publishers alone, as AWS documents it; one that did not, by anybody.
 * So a session may end while viewers are still connected.
 */
function settleSession(emulation: Emulation, { stageArn, session }: Present): void {
  const present = [...roomOf(emulation, stageArn).present.values()];
  const isKept = session.sawPublisher ? present.some(({ isPublishing }) => isPublishing) : present.length > 0;
  if (session.endTime !== undefined) return;
  const dueMs = emulation.clock().getTime() + emulation.sessionEndDelayMs;
  session.endsAt = isKept ? undefined : (session.endsAt ?? new Date(dueMs).toISOString());
}

export function tell(emulation: Emulation, present: Present, type: StageNews['type'], reason?: LeftReason): void {
  const { participantId, userId, attributes } = present.admission;
  const capabilities = capabilitiesOf(present.admission);
  const about = { participantId, userId, attributes, capabilities, ...present.muted };
  const news = { type, ...about, ...(reason === undefined ? {} : { reason }) };
  const { present: others, watchers } = roomOf(emulation, present.stageArn);
  const listeners = [...others.values(), ...(type === 'left' ? [present] : [])].flatMap((each) => [...each.listeners]);
  for (const listener of [...listeners, ...watchers]) attempt(() => listener(news));
}

export function capabilitiesOf({ canPublish, canSubscribe }: Admission): Capability[] {
  return [...(canPublish ? (['publish'] as const) : []), ...(canSubscribe ? (['subscribe'] as const) : [])];
}

/** What `Emulation.burntTokens` holds. */
export const burnKey = (stageArn: string, participantId: string) => `${stageArn} ${participantId}`;

export const isOfStage = (burnt: string, stageArn: string) => burnt.startsWith(burnKey(stageArn, ''));

/** A failing listener is its owner's bug: it must not keep the others from hearing, nor fail the call that it hears of. */
function attempt(notify: () => void): void {
  try {
    notify();
  } catch (error) {
    console.error('A listener of the IVS emulator failed:', error);
  }
}
