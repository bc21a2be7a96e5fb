/** What a value must be. Everything that the emulator checks about an input's form is said in these terms, below. */
export type Constraint =
  | StringConstraint
  | NumberConstraint
  | { readonly type: 'boolean' }
  | { readonly type: 'list'; readonly maxItems: number; readonly item: Constraint }
  | MapConstraint
  | Structure
  /** A real member of AWS's API that the emulator refuses by name rather than ignores. */
  | { readonly type: 'not-emulated' };

export interface NumberConstraint {
  readonly type: 'integer' | 'number';
  readonly min: number;
  readonly max: number;
}

export interface StringConstraint {
  readonly type: 'string';
  /** Lengths count Unicode code points, as Smithy (AWS's modelling language) does. */
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: RegExp;
  readonly oneOf?: readonly string[];
}

export interface MapConstraint {
  readonly type: 'map';
  readonly maxEntries?: number;
  /** Of all keys and values together, in UTF-8. */
  readonly maxTotalBytes?: number;
  readonly key: StringConstraint;
  readonly value: StringConstraint;
}

export interface Structure {
  readonly type: 'structure';
  readonly members: Readonly<Record<string, Constraint & { readonly required?: true }>>;
  /** Members of which a request may have one only. */
  readonly atMostOneOf?: readonly string[];
  /** Refuses other members. AWS's inputs do not: what AWS does not know, it ignores. */
  readonly closed?: true;
}

const required = <const C extends Constraint>(constraint: C) => ({ ...constraint, required: true as const });

const arnOf = <const Type extends string>(type: Type) =>
  ({
    type: 'string',
    minLength: 1,
    maxLength: 128,
    pattern: new RegExp(`^arn:aws:ivs:[a-z0-9-]+:[0-9]+:${type}/[a-zA-Z0-9-]+$`),
  }) as const;

const stageArn = arnOf('stage');

const publicKeyArn = arnOf('public-key');

const ingestConfigurationArn = arnOf('ingest-configuration');

/** An empty one detaches. */
const attachedStageArn = {
  type: 'string',
  maxLength: 128,
  pattern: /^(?:arn:aws:ivs:[a-z0-9-]+:[0-9]+:stage\/[a-zA-Z0-9-]+)?$/,
} as const;

/** AWS publishes `[a-z-]/` where this has `[a-z-]+/`, which no ARN matches. */
const resourceArn = arnOf('[a-z-]+');

/** Of a stage, a public key or an ingest configuration. */
const resourceName = { type: 'string', maxLength: 128, pattern: /^[a-zA-Z0-9_-]*$/ } as const;

const tagKey = { type: 'string', minLength: 1, maxLength: 128, pattern: /^(?!aws:)/i } as const;

export const maxTagsPerResource = 50;

const tags = {
  type: 'map',
  maxEntries: maxTagsPerResource,
  key: tagKey,
  value: { type: 'string', maxLength: 256 },
} as const;

const userId = { type: 'string', maxLength: 128 } as const;

const attributes = {
  type: 'map',
  maxTotalBytes: 1024,
  key: { type: 'string' },
  value: { type: 'string' },
} as const;

const participantId = { type: 'string', maxLength: 64, pattern: /^[a-zA-Z0-9_-]*$/ } as const;

export const stageSessionIdShape = { type: 'string', pattern: /^st-[a-zA-Z0-9]{13}$/ } as const;

/** Of one session. */
const sessionMembers = { stageArn: required(stageArn), sessionId: required(stageSessionIdShape) } as const;

const replicationMembers = {
  sourceStageArn: required(stageArn),
  destinationStageArn: required(stageArn),
  participantId: required(participantId),
} as const;

const nextToken = { type: 'string', maxLength: 1024, pattern: /^[a-zA-Z0-9+/=_-]*$/ } as const;

const pageMembers = { nextToken, maxResults: { type: 'integer', min: 1, max: 100 } } as const;

const participantTokenMembers = {
  duration: { type: 'integer', min: 1, max: 20160 },
  userId,
  attributes,
  capabilities: { type: 'list', maxItems: 2, item: { type: 'string', oneOf: ['PUBLISH', 'SUBSCRIBE'] } },
} as const;

const participantTokenConfigurations = {
  type: 'list',
  maxItems: 12,
  item: { type: 'structure', members: participantTokenMembers },
} as const;

const autoParticipantRecordingConfiguration = { type: 'not-emulated' } as const;

/** The input of every emulated operation. Ranges and patterns are AWS's, whose patterns mean the whole value. */
export const inputShapes = {
  CreateStage: {
    type: 'structure',
    members: { name: resourceName, participantTokenConfigurations, tags, autoParticipantRecordingConfiguration },
  },
  GetStage: { type: 'structure', members: { arn: required(stageArn) } },
  UpdateStage: {
    type: 'structure',
    members: { arn: required(stageArn), name: resourceName, autoParticipantRecordingConfiguration },
  },
  DeleteStage: { type: 'structure', members: { arn: required(stageArn) } },
  ListStages: { type: 'structure', members: pageMembers },
  ListStageSessions: { type: 'structure', members: { stageArn: required(stageArn), ...pageMembers } },
  GetStageSession: { type: 'structure', members: sessionMembers },
  CreateParticipantToken: {
    type: 'structure',
    members: { stageArn: required(stageArn), ...participantTokenMembers },
  },
  DisconnectParticipant: {
    type: 'structure',
    members: {
      stageArn: required(stageArn),
      participantId: required(participantId),
      reason: { type: 'string', maxLength: 128 },
    },
  },
  ListParticipants: {
    type: 'structure',
    members: {
      ...sessionMembers,
      filterByUserId: userId,
      filterByPublished: { type: 'boolean' },
      filterByState: { type: 'string', oneOf: ['CONNECTED', 'DISCONNECTED'] },
      filterByRecordingState: { type: 'string', oneOf: ['STARTING', 'ACTIVE', 'STOPPING', 'STOPPED', 'FAILED'] },
      ...pageMembers,
    },
    atMostOneOf: ['filterByUserId', 'filterByPublished', 'filterByState', 'filterByRecordingState'],
  },
  GetParticipant: { type: 'structure', members: { ...sessionMembers, participantId: required(participantId) } },
  ListParticipantEvents: {
    type: 'structure',
    members: { ...sessionMembers, participantId: required(participantId), ...pageMembers },
  },
  ImportPublicKey: {
    type: 'structure',
    members: {
      publicKeyMaterial: required({
        type: 'string',
        pattern: /^.*-----BEGIN PUBLIC KEY-----\r?\n([a-zA-Z0-9+/=\r\n]+)\r?\n-----END PUBLIC KEY-----(\r?\n)?.*$/,
      }),
      name: resourceName,
      tags,
    },
  },
  GetPublicKey: { type: 'structure', members: { arn: required(publicKeyArn) } },
  ListPublicKeys: { type: 'structure', members: pageMembers },
  DeletePublicKey: { type: 'structure', members: { arn: required(publicKeyArn) } },
  CreateIngestConfiguration: {
    type: 'structure',
    members: {
      name: resourceName,
      stageArn: attachedStageArn,
      userId,
      attributes,
      ingestProtocol: required({ type: 'string', oneOf: ['RTMP', 'RTMPS'] }),
      insecureIngest: { type: 'boolean' },
      redundantIngest: { type: 'boolean' },
      tags,
    },
  },
  GetIngestConfiguration: { type: 'structure', members: { arn: required(ingestConfigurationArn) } },
  ListIngestConfigurations: {
    type: 'structure',
    members: {
      filterByStageArn: stageArn,
      filterByState: { type: 'string', oneOf: ['ACTIVE', 'INACTIVE'] },
      ...pageMembers,
    },
    atMostOneOf: ['filterByStageArn', 'filterByState'],
  },
  UpdateIngestConfiguration: {
    type: 'structure',
    members: {
      arn: required(ingestConfigurationArn),
      stageArn: attachedStageArn,
      redundantIngest: { type: 'boolean' },
    },
  },
  DeleteIngestConfiguration: {
    type: 'structure',
    members: { arn: required(ingestConfigurationArn), force: { type: 'boolean' } },
  },
  StartParticipantReplication: {
    type: 'structure',
    members: {
      ...replicationMembers,
      reconnectWindowSeconds: { type: 'integer', min: 0, max: 300 },
      attributes,
    },
  },
  StopParticipantReplication: { type: 'structure', members: replicationMembers },
  ListParticipantReplicas: {
    type: 'structure',
    members: {
      sourceStageArn: required(stageArn),
      participantId: required(participantId),
      nextToken,
      maxResults: { type: 'integer', min: 1, max: 50 },
    },
  },
  TagResource: { type: 'structure', members: { resourceArn: required(resourceArn), tags: required(tags) } },
  UntagResource: {
    type: 'structure',
    members: {
      resourceArn: required(resourceArn),
      tagKeys: required({ type: 'list', maxItems: maxTagsPerResource, item: tagKey }),
    },
  },
  ListTagsForResource: { type: 'structure', members: { resourceArn: required(resourceArn) } },
} as const satisfies Record<string, Structure>;

const unixSeconds = { type: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER } as const;

/** The payload of a participant token, whoever signs it. AWS calls attributes both mandatory and optional. */
export const participantTokenClaims = {
  type: 'structure',
  members: {
    exp: required(unixSeconds),
    iat: required(unixSeconds),
    jti: required({ ...participantId, minLength: 1 }),
    user_id: userId,
    resource: required(stageArn),
    topic: required({ type: 'string' }),
    events_url: required({ type: 'string' }),
    whip_url: required({ type: 'string' }),
    capabilities: required({
      type: 'structure',
      members: { allow_publish: { type: 'boolean' }, allow_subscribe: { type: 'boolean' } },
    }),
    attributes,
    version: required({ type: 'string', oneOf: ['1.0'] }),
  },
} as const satisfies Structure;

/** Of the plans for faults and for the delivery of events. */
export const probability = { type: 'number', min: 0, max: 1 } as const;

export const seed = { type: 'integer', min: 0, max: 2 ** 32 - 1 } as const;

export type OperationName = keyof typeof inputShapes;

export type Input<O extends OperationName> = ValueOf<(typeof inputShapes)[O]>;

/** The TypeScript type of the values that a constraint lets through. */
export type ValueOf<C> = C extends { type: 'string'; oneOf: readonly (infer Choice)[] }
  ? Choice
  : C extends { type: 'string' }
    ? string
    : C extends { type: 'integer' | 'number' }
      ? number
      : C extends { type: 'boolean' }
        ? boolean
        : C extends { type: 'list'; item: infer Item }
          ? ValueOf<Item>[]
          : C extends { type: 'map' }
            ? Record<string, string>
            : C extends { type: 'structure'; members: infer Members }
              ? MembersOf<Members>
              : never;

type MembersOf<Members> = {
  [Name in keyof Members as Members[Name] extends { required: true } ? Name : never]: ValueOf<Members[Name]>;
} & {
  [Name in keyof Members as Members[Name] extends { required: true } ? never : Name]?: ValueOf<Members[Name]>;
};
