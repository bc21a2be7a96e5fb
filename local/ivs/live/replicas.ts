import type { Emulation } from '../emulation.ts';
import { isRefusal, type StageNews } from './live-stages.ts';
import {
  enterStage,
  isPresent,
  leaveStage,
  type Present,
  roomOf,
  setMuted,
  startPublishing,
  stopPublishing,
} from './presences.ts';
import { noteEvent } from './stage-sessions.ts';
import { announceReplication, type Subject } from './stage-updates.ts';

/** A participant of one stage that is shown on another too. */
export interface Replication {
  readonly sourceStageArn: string;
  readonly participantId: string;
  readonly sourceSessionId: string;
  readonly destinationStageArn: string;
  readonly destinationSessionId: string;
  readonly reconnectWindowSeconds: number;
  replicationState: 'ACTIVE' | 'STOPPED';
  /** When it ends unless its source comes back before, in milliseconds. */
  lapsesAtMs?: number | undefined;
  readonly source: Subject;
  readonly replica: Present;
  readonly stopWatching: () => void;
}

export interface ReplicationRequest {
  readonly source: Present;
  readonly destinationStageArn: string;
  readonly reconnectWindowSeconds: number;
  /** Those of the replica, on top of the participant's own. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** The callers see to it that the destination has room for one publisher more. */
export function startReplication(emulation: Emulation, request: ReplicationRequest): void {
  const { source, destinationStageArn, reconnectWindowSeconds } = request;
  const { stageArn: sourceStageArn, session, record, admission } = source;
  const { participantId } = admission;
  const attributes = { ...admission.attributes, ...request.attributes };
  const replica = enterStage(
    emulation,
    { ...admission, stageArn: destinationStageArn, attributes },
    { end: () => stopReplication(emulation, replication) },
    { sourceStageArn, sourceSessionId: session.sessionId },
  );
  if (isRefusal(replica)) throw new Error(`The stage took no replica: ${replica.message}`);
  const { watchers } = roomOf(emulation, sourceStageArn);
  const watch = (news: StageNews) => follow(emulation, replication, news);
  const replication: Replication = {
    sourceStageArn,
    participantId,
    sourceSessionId: session.sessionId,
    destinationStageArn,
    destinationSessionId: replica.session.sessionId,
    reconnectWindowSeconds,
    replicationState: 'ACTIVE',
    source: { stageArn: sourceStageArn, session, record },
    replica,
    stopWatching: () => watchers.delete(watch),
  };
  watchers.add(watch);
  emulation.replications.push(replication);
  Object.assign(record, { replicationType: 'SOURCE', replicationState: 'ACTIVE' });
  note(emulation, replication, true);
  setMuted(emulation, replica, source.muted);
  startPublishing(emulation, replica, source.record.protocol);
}

export function stopReplication(emulation: Emulation, replication: Replication): void {
  if (replication.replicationState === 'STOPPED') return;
  const { replica, source, stopWatching } = replication;
  Object.assign(replication, { replicationState: 'STOPPED', lapsesAtMs: undefined });
  stopWatching();
  leaveStage(emulation, replica, 'connection-lost');
  replica.record.replicationState = 'STOPPED';
  if (activeReplications(emulation, source.stageArn, source.record.participantId).length === 0) {
    source.record.replicationState = 'STOPPED';
  }
  note(emulation, replication, false);
}

export function activeReplications({ replications }: Emulation, sourceStageArn: string, participantId: string) {
  return replications.filter(
    (each) =>
      each.replicationState === 'ACTIVE' &&
      each.sourceStageArn === sourceStageArn &&
      each.participantId === participantId,
  );
}

/** Stops those whose source did not come back in time. */
export function stopLapsedReplications(emulation: Emulation): void {
  const nowMs = emulation.clock().getTime();
  for (const replication of emulation.replications) {
    if ((replication.lapsesAtMs ?? Number.POSITIVE_INFINITY) <= nowMs) stopReplication(emulation, replication);
  }
}

function follow(emulation: Emulation, replication: Replication, news: StageNews): void {
  const { type, participantId, reason } = news;
  const { replica, reconnectWindowSeconds } = replication;
  if (participantId !== replication.participantId || !isPresent(emulation, replica)) return;
  if (type === 'joined') replication.lapsesAtMs = undefined;
  if (type === 'published') startPublishing(emulation, replica, replica.record.protocol);
  if (type === 'unpublished') stopPublishing(emulation, replica);
  if (type === 'muted') setMuted(emulation, replica, news);
  if (type !== 'left') return;
  const mayReturn = reason !== 'participant-disconnected' && reason !== 'stage-deleted';
  if (mayReturn) replication.lapsesAtMs = emulation.clock().getTime() + reconnectWindowSeconds * 1000;
  // A second join with the same token has left for a moment only.
  if (!mayReturn || (reconnectWindowSeconds === 0 && reason !== 'token-reused'))
    stopReplication(emulation, replication);
}

function note(emulation: Emulation, replication: Replication, hasStarted: boolean): void {
  const { source, destinationStageArn, destinationSessionId } = replication;
  const destination = { destinationStageArn, destinationSessionId };
  noteEvent(emulation, source.record, hasStarted ? 'REPLICATION_STARTED' : 'REPLICATION_STOPPED', destination);
  announceReplication(emulation, source, hasStarted, destination);
}
