import type { Input } from '../constraints.ts';
import type { Emulation, Plan } from '../emulation.ts';
import { findStage } from '../emulation.ts';
import { resourceNotFound } from '../errors.ts';
import { burnKey, disconnect, roomOf } from '../live/presences.ts';
import type { ParticipantRecord } from '../live/stage-sessions.ts';
import { cutPage, keyByPosition } from './pages.ts';
import { sessionOf } from './stage-sessions.ts';

/** In the order of their first joins. */
export function listParticipants(emulation: Emulation, input: Input<'ListParticipants'>): Plan {
  const { stageArn, sessionId } = input;
  return {
    needs: [{ action: 'ivs:ListParticipants', resource: stageArn }],
    apply: () => {
      const records = sessionOf(emulation, stageArn, sessionId)?.participants.values() ?? [];
      const matching = keyByPosition(records).filter(([, record]) => matches(record, input));
      const { items, ...rest } = cutPage('ListParticipants', matching, input);
      return { participants: items.map(summarize), ...rest };
    },
  };
}

/** Nobody is recorded here, so a filter for a state of the recording lets nobody through. */
function matches({ userId, published, state }: ParticipantRecord, filters: Input<'ListParticipants'>): boolean {
  const { filterByUserId, filterByPublished, filterByState, filterByRecordingState } = filters;
  return (
    (filterByUserId === undefined || userId === filterByUserId) &&
    (filterByPublished === undefined || published === filterByPublished) &&
    (filterByState === undefined || state === filterByState) &&
    filterByRecordingState === undefined
  );
}

export function getParticipant(emulation: Emulation, input: Input<'GetParticipant'>): Plan {
  const { stageArn, sessionId, participantId } = input;
  return {
    needs: [{ action: 'ivs:GetParticipant', resource: stageArn }],
    apply: () => {
      const record = sessionOf(emulation, stageArn, sessionId)?.participants.get(participantId);
      if (!record) throw resourceNotFound(`${stageArn}, participant ${participantId}`);
      const { attributes, protocol } = record;
      const recording = { recordingS3BucketName: '', recordingS3Prefix: '' };
      return { participant: { ...summarize(record), attributes, protocol, ...recording } };
    },
  };
}

function summarize({ events: _events, attributes: _attributes, protocol: _protocol, ...summary }: ParticipantRecord) {
  return { ...summary, recordingState: 'DISABLED' };
}

/** The oldest first. */
export function listParticipantEvents(emulation: Emulation, input: Input<'ListParticipantEvents'>): Plan {
  const { stageArn, sessionId, participantId } = input;
  return {
    needs: [{ action: 'ivs:ListParticipantEvents', resource: stageArn }],
    apply: () => {
      const record = sessionOf(emulation, stageArn, sessionId)?.participants.get(participantId);
      const { items, ...rest } = cutPage('ListParticipantEvents', keyByPosition(record?.events ?? []), input);
      return { events: items, ...rest };
    },
  };
}

/** Burns the token of who is or was there. Somebody who never joined is not found, and keeps the token. */
export function disconnectParticipant(emulation: Emulation, input: Input<'DisconnectParticipant'>): Plan {
  const { stageArn, participantId } = input;
  return {
    needs: [{ action: 'ivs:DisconnectParticipant', resource: stageArn }],
    apply: () => {
      findStage(emulation, stageArn);
      const present = roomOf(emulation, stageArn).present.get(participantId);
      const sessions = emulation.sessions.get(stageArn) ?? [];
      const record = sessions.findLast(({ participants }) => participants.has(participantId));
      if (!present && !record) throw resourceNotFound(`${stageArn}, participant ${participantId}`);
      if (isTokenHolder(record?.participants.get(participantId))) {
        emulation.burntTokens.add(burnKey(stageArn, participantId));
      }
      if (present) disconnect(emulation, present, 'participant-disconnected');
      return {};
    },
  };
}

/** An ingest configuration has no token, and may be attached again; a replica has one of another stage. */
function isTokenHolder(record: ParticipantRecord | undefined): boolean {
  return record?.ingestConfigurationArn === undefined && record?.replicationType !== 'REPLICA';
}
