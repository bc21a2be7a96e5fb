import type { Emulation } from '../emulation.ts';
import type { EventErrorCode, ExchangedToken, ParticipantRecord, StageSession } from './stage-sessions.ts';

/** An event as EventBridge delivers it. */
export interface StageUpdate {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': 'IVS Stage Update';
  readonly source: 'aws.ivs';
  readonly account: string;
  /** In whole seconds. */
  readonly time: string;
  readonly region: string;
  /** The ARN of the stage. */
  readonly resources: readonly [string];
  readonly detail: StageUpdateDetail;
}

export interface StageUpdateDetail {
  readonly event_name:
    | 'Participant Published'
    | 'Participant Unpublished'
    | 'Participant Publish Error'
    | 'Participant Replication Start'
    | 'Participant Replication End'
    | 'Token Exchanged';
  readonly session_id: string;
  /** In whole seconds, but with nine digits of a second in a publish error. */
  readonly event_time: string;
  readonly event_time_precise?: string;
  readonly user_id: string;
  readonly participant_id: string;
  readonly replica?: true;
  readonly source_stage_arn?: string;
  readonly source_session_id?: string;
  readonly destination_stage_arn?: string;
  readonly destination_session_id?: string;
  readonly error_code?: EventErrorCode;
  readonly previous_token?: object;
  readonly new_token?: object;
}

/** Where something happened, and to whom. */
export interface Subject {
  readonly stageArn: string;
  readonly session: StageSession;
  readonly record: ParticipantRecord;
}

type Details = Omit<StageUpdateDetail, 'event_name' | 'session_id' | 'event_time' | 'user_id' | 'participant_id'>;

export function announcePublishing(emulation: Emulation, subject: Subject, isPublishing: boolean): void {
  const { replicationType, sourceStageArn = '', sourceSessionId = '' } = subject.record;
  const source = { replica: true, source_stage_arn: sourceStageArn, source_session_id: sourceSessionId } as const;
  announce(emulation, subject, isPublishing ? 'Participant Published' : 'Participant Unpublished', {
    event_time_precise: withDigits(emulation.clock(), 6),
    ...(replicationType === 'REPLICA' ? source : {}),
  });
}

export function announcePublishError(emulation: Emulation, subject: Subject, code: EventErrorCode): void {
  const time = withDigits(emulation.clock(), 9);
  announce(emulation, subject, 'Participant Publish Error', { error_code: code }, time);
}

export function announceReplication(
  emulation: Emulation,
  subject: Subject,
  hasStarted: boolean,
  destination: { readonly destinationStageArn: string; readonly destinationSessionId: string },
): void {
  announce(emulation, subject, hasStarted ? 'Participant Replication Start' : 'Participant Replication End', {
    destination_stage_arn: destination.destinationStageArn,
    destination_session_id: destination.destinationSessionId,
  });
}

export function announceExchange(
  emulation: Emulation,
  subject: Subject,
  from: ExchangedToken,
  to: ExchangedToken,
): void {
  announce(emulation, subject, 'Token Exchanged', { previous_token: inSnakeCase(from), new_token: inSnakeCase(to) });
}

function announce(
  { region, accountId, clock, newEventId, emit }: Emulation,
  { stageArn, session, record }: Subject,
  eventName: StageUpdateDetail['event_name'],
  details: Details,
  eventTime = withDigits(clock(), 0),
): void {
  emit({
    version: '0',
    id: newEventId(),
    'detail-type': 'IVS Stage Update',
    source: 'aws.ivs',
    account: accountId,
    time: withDigits(clock(), 0),
    region,
    resources: [stageArn],
    detail: {
      session_id: session.sessionId,
      event_name: eventName,
      event_time: eventTime,
      user_id: record.userId,
      participant_id: record.participantId,
      ...details,
    },
  });
}

function inSnakeCase({ capabilities, attributes, userId, expirationTime }: ExchangedToken): object {
  const expiration_time = withDigits(new Date(expirationTime), 0);
  return { capabilities, attributes, user_id: userId, expiration_time };
}

/** `2026-01-01T00:00:00.123Z` with another number of digits after the point, none included. */
function withDigits(time: Date, digits: number): string {
  const [whole = '', milliseconds = ''] = time.toISOString().slice(0, -1).split('.');
  return digits === 0 ? `${whole}Z` : `${whole}.${milliseconds.padEnd(digits, '0')}Z`;
}
