import { changeStage, type Emulation } from '../emulation.ts';

/** A session as the emulation keeps it. Times are ISO 8601, as the API answers them. */
export interface StageSession {
  readonly sessionId: string;
  readonly startTime: string;
  endTime?: string | undefined;
  /** When the session ends, while nobody keeps it. */
  endsAt?: string | undefined;
  /** Whether anybody ever published in it. */
  sawPublisher?: boolean;
  /** Everybody who ever joined in this session, in the order of their first joins. */
  readonly participants: Map<string, ParticipantRecord>;
}

/** A participant of one session as GetParticipant answers it, with its events. */
export interface ParticipantRecord {
  readonly participantId: string;
  userId: string;
  attributes: Readonly<Record<string, string>>;
  state: 'CONNECTED' | 'DISCONNECTED';
  readonly firstJoinTime: string;
  /** Whether it ever published in this session. */
  published: boolean;
  protocol: 'UNKNOWN' | 'WHIP' | 'RTMP' | 'RTMPS';
  readonly ingestConfigurationArn?: string | undefined;
  readonly redundantIngest?: boolean | undefined;
  replicationType: 'SOURCE' | 'REPLICA' | 'NONE';
  replicationState?: 'ACTIVE' | 'STOPPED';
  readonly sourceStageArn?: string | undefined;
  readonly sourceSessionId?: string | undefined;
  readonly events: ParticipantEvent[];
}

export interface ParticipantEvent {
  readonly name:
    | 'JOINED'
    | 'LEFT'
    | 'PUBLISH_STARTED'
    | 'PUBLISH_STOPPED'
    | 'PUBLISH_ERROR'
    | 'SUBSCRIBE_STARTED'
    | 'SUBSCRIBE_STOPPED'
    | 'SUBSCRIBE_ERROR'
    | 'REPLICATION_STARTED'
    | 'REPLICATION_STOPPED'
    | 'TOKEN_EXCHANGED';
  readonly participantId: string;
  readonly eventTime: string;
  readonly remoteParticipantId?: string;
  readonly errorCode?: EventErrorCode;
  readonly destinationStageArn?: string;
  readonly destinationSessionId?: string;
  readonly replica?: boolean;
  readonly previousToken?: ExchangedToken;
  readonly newToken?: ExchangedToken;
}

export type EventErrorCode =
  | 'INSUFFICIENT_CAPABILITIES'
  | 'QUOTA_EXCEEDED'
  | 'PUBLISHER_NOT_FOUND'
  | 'REUSE_OF_STREAM_KEY';

export interface ExchangedToken {
  readonly capabilities: readonly ('PUBLISH' | 'SUBSCRIBE')[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly userId: string;
  readonly expirationTime: string;
}

export function activeSession({ sessions }: Emulation, stageArn: string): StageSession | undefined {
  const latest = sessions.get(stageArn)?.at(-1);
  return latest?.endTime === undefined ? latest : undefined;
}

export function openSession(emulation: Emulation, stageArn: string, sessionId = `st-${emulation.newId(13)}`) {
  const session: StageSession = { sessionId, startTime: emulation.clock().toISOString(), participants: new Map() };
  changeStage(emulation, stageArn, { activeSessionId: sessionId });
  emulation.sessions.set(stageArn, [...(emulation.sessions.get(stageArn) ?? []), session]);
  return session;
}

export function closeSession(emulation: Emulation, stageArn: string, endTime = emulation.clock().toISOString()): void {
  const session = activeSession(emulation, stageArn);
  if (session) Object.assign(session, { endTime, endsAt: undefined });
  changeStage(emulation, stageArn, { activeSessionId: '' });
}

/** Sessions end when somebody looks, with the time at which they were due: no timer has to know the emulator's clock. */
export function closeIdleSessions(emulation: Emulation): void {
  const now = emulation.clock().toISOString();
  for (const stageArn of emulation.sessions.keys()) {
    const endsAt = activeSession(emulation, stageArn)?.endsAt;
    if (endsAt !== undefined && endsAt <= now) closeSession(emulation, stageArn, endsAt);
  }
}

export function noteEvent(
  emulation: Emulation,
  { participantId, replicationType, events }: ParticipantRecord,
  name: ParticipantEvent['name'],
  details: Partial<ParticipantEvent> = {},
): void {
  const eventTime = emulation.clock().toISOString();
  const replica = replicationType === 'REPLICA';
  events.push({ name, participantId, eventTime, ...(replica ? { replica } : {}), ...details });
}
