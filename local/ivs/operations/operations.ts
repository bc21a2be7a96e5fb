import { type Input, inputShapes, type OperationName } from '../constraints.ts';
import type { Emulation, Plan } from '../emulation.ts';
import { validate } from '../validate.ts';
import { createParticipantToken } from './participant-tokens.ts';
import { createStage, deleteStage, getStage, listStages, updateStage } from './stages.ts';
import { listTagsForResource, tagResource, untagResource } from './tags.ts';

type Operations = { readonly [O in OperationName]: (emulation: Emulation, input: Input<O>) => Plan };

const operations: Operations = {
  CreateStage: createStage,
  GetStage: getStage,
  UpdateStage: updateStage,
  DeleteStage: deleteStage,
  ListStages: listStages,
  CreateParticipantToken: createParticipantToken,
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
  CreateEncoderConfiguration CreateIngestConfiguration CreateStorageConfiguration DeleteEncoderConfiguration
  DeleteIngestConfiguration DeletePublicKey DeleteStorageConfiguration DisconnectParticipant GetComposition
  GetEncoderConfiguration GetIngestConfiguration GetParticipant GetPublicKey GetStageSession
  GetStorageConfiguration ImportPublicKey ListCompositions ListEncoderConfigurations ListIngestConfigurations
  ListParticipantEvents ListParticipantReplicas ListParticipants ListPublicKeys ListStageSessions
  ListStorageConfigurations RevokeConnectionToken StartComposition StartParticipantReplication StopComposition
  StopParticipantReplication UpdateIngestConfiguration
  `.match(/\w+/g),
);
