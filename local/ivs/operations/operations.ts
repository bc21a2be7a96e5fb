import { type Input, inputShapes, type OperationName } from '../constraints.ts';
import type { Emulation, Plan } from '../emulation.ts';
import { validate } from '../validate.ts';
import {
  createIngestConfiguration,
  deleteIngestConfiguration,
  getIngestConfiguration,
  listIngestConfigurations,
  updateIngestConfiguration,
} from './ingest-configurations.ts';
import { createParticipantToken } from './participant-tokens.ts';
import { disconnectParticipant, getParticipant, listParticipantEvents, listParticipants } from './participants.ts';
import { deletePublicKey, getPublicKey, importPublicKey, listPublicKeys } from './public-keys.ts';
import { listParticipantReplicas, startParticipantReplication, stopParticipantReplication } from './replication.ts';
import { getStageSession, listStageSessions } from './stage-sessions.ts';
import { createStage, deleteStage, getStage, listStages, updateStage } from './stages.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';

type Operations = { readonly [O in OperationName]: (emulation: Emulation, input: Input<O>) => Plan };

const operations: Operations = {
  CreateStage: createStage,
  GetStage: getStage,
  UpdateStage: updateStage,
  DeleteStage: deleteStage,
  ListStages: listStages,
  ListStageSessions: listStageSessions,
  GetStageSession: getStageSession,
  CreateParticipantToken: createParticipantToken,
  DisconnectParticipant: disconnectParticipant,
  ListParticipants: listParticipants,
  GetParticipant: getParticipant,
  ListParticipantEvents: listParticipantEvents,
  ImportPublicKey: importPublicKey,
  GetPublicKey: getPublicKey,
  ListPublicKeys: listPublicKeys,
  DeletePublicKey: deletePublicKey,
  CreateIngestConfiguration: createIngestConfiguration,
  GetIngestConfiguration: getIngestConfiguration,
  ListIngestConfigurations: listIngestConfigurations,
  UpdateIngestConfiguration: updateIngestConfiguration,
  DeleteIngestConfiguration: deleteIngestConfiguration,
  StartParticipantReplication: startParticipantReplication,
  StopParticipantReplication: stopParticipantReplication,
  ListParticipantReplicas: listParticipantReplicas,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource,
};

export function planOperation<O extends OperationName>(emulation: Emulation, operation: O, input: unknown): Plan {
  return operations[operation](emulation, validate(inputShapes[operation], input) as Input<O>);
}

export function isEmulated(operation: string): operation is OperationName {
  return Object.hasOwn(operations, operation);
}

/** The rest of the service's operations: each answers that it is not emulated. */
export const operationsNotEmulated: ReadonlySet<string> = new Set(
  `
  CreateEncoderConfiguration CreateStorageConfiguration DeleteEncoderConfiguration DeleteStorageConfiguration
  GetComposition GetEncoderConfiguration GetStorageConfiguration ListCompositions ListEncoderConfigurations
  ListStorageConfigurations RevokeConnectionToken StartComposition StopComposition
  `.match(/\w+/g),
);
