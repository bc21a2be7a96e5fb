import type { Input } from '../constraints.ts';
import type { Emulation, Plan } from '../emulation.ts';
import { findStage } from '../emulation.ts';
import { conflict, resourceNotFound, serviceQuotaExceeded, validationFailed } from '../errors.ts';
import { type Present, publishersPerStage, roomOf } from '../live/presences.ts';
import { activeReplications, startReplication, stopReplication } from '../live/replicas.ts';
import { cutPage, keyByAge } from './pages.ts';

const replicationsPerParticipant = 5;

export function startParticipantReplication(emulation: Emulation, input: Input<'StartParticipantReplication'>): Plan {
  const { sourceStageArn, destinationStageArn, reconnectWindowSeconds = 0, attributes = {} } = input;
  return {
    needs: [
      { action: 'ivs:StartParticipantReplication', resource: sourceStageArn },
      { action: 'ivs:StartParticipantReplication', resource: destinationStageArn },
    ],
    apply: () => {
      const source = findReplicable(emulation, input);
      startReplication(emulation, { source, destinationStageArn, reconnectWindowSeconds, attributes });
      return {};
    },
  };
}

function findReplicable(emulation: Emulation, input: Input<'StartParticipantReplication'>): Present {
  const { sourceStageArn, destinationStageArn, participantId } = input;
  if (sourceStageArn === destinationStageArn) throw validationFailed('Source and destination are the same stage');
  for (const arn of [sourceStageArn, destinationStageArn]) findStage(emulation, arn);
  const source = roomOf(emulation, sourceStageArn).present.get(participantId);
  if (!source) throw resourceNotFound(`${sourceStageArn}, participant ${participantId}`);
  if (source.record.replicationType === 'REPLICA') throw conflict('A replica cannot be replicated');
  if (!source.isPublishing) throw conflict('The participant is not publishing');
  const destination = roomOf(emulation, destinationStageArn).present;
  if (destination.has(participantId)) throw conflict('The destination has this participant already');
  checkQuotas(emulation, source, [...destination.values()].filter(({ isPublishing }) => isPublishing).length);
  return source;
}

function checkQuotas(emulation: Emulation, source: Present, publishersThere: number): void {
  const { stageArn, admission } = source;
  if (activeReplications(emulation, stageArn, admission.participantId).length >= replicationsPerParticipant) {
    throw serviceQuotaExceeded(`A participant can have ${replicationsPerParticipant} replications at once`);
  }
  if (publishersThere >= publishersPerStage) {
    throw serviceQuotaExceeded(`The destination has its ${publishersPerStage} publishers`);
  }
}

export function stopParticipantReplication(emulation: Emulation, input: Input<'StopParticipantReplication'>): Plan {
  const { sourceStageArn, destinationStageArn, participantId } = input;
  return {
    needs: [
      { action: 'ivs:StopParticipantReplication', resource: sourceStageArn },
      { action: 'ivs:StopParticipantReplication', resource: destinationStageArn },
    ],
    apply: () => {
      const active = activeReplications(emulation, sourceStageArn, participantId);
      const replication = active.find((each) => each.destinationStageArn === destinationStageArn);
      if (!replication) throw resourceNotFound(`${destinationStageArn}, replica ${participantId}`);
      stopReplication(emulation, replication);
      return {};
    },
  };
}

/** The newest first, ended ones included. */
export function listParticipantReplicas(emulation: Emulation, input: Input<'ListParticipantReplicas'>): Plan {
  const { sourceStageArn, participantId } = input;
  return {
    needs: [{ action: 'ivs:ListParticipantReplicas', resource: sourceStageArn }],
    apply: () => {
      const replicas = emulation.replications
        .filter((each) => each.sourceStageArn === sourceStageArn && each.participantId === participantId)
        .map(({ sourceSessionId, destinationStageArn, destinationSessionId, replicationState }) => {
          const source = { sourceStageArn, participantId, sourceSessionId };
          return { ...source, destinationStageArn, destinationSessionId, replicationState };
        });
      const { items, ...rest } = cutPage('ListParticipantReplicas', keyByAge(replicas), input);
      return { replicas: items, ...rest };
    },
  };
}
