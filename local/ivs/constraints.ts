/** What a value must be. Everything that the emulator checks about an input's form is said in these terms, below. */
export type Constraint =
  | StringConstraint
  | { readonly type: 'integer'; readonly min: number; readonly max: number }
  | { readonly type: 'list'; readonly maxItems: number; readonly item: Constraint }
  | MapConstraint
  | Structure
  /** A real member of AWS's API that the emulator refuses by name rather than ignores. */
  | { readonly type: 'not-emulated' };

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
}

const required = <const C extends Constraint>(constraint: C) => ({ ...constraint, required: true as const });

const stageArn = {
  type: 'string',
  minLength: 1,
  maxLength: 128,
  pattern: /^arn:aws:ivs:[a-z0-9-]+:[0-9]+:stage\/[a-zA-Z0-9-]+$/,
} as const;

/** AWS publishes `[a-z-]/` where this has `[a-z-]+/`, which no ARN matches. */
const resourceArn = {
  type: 'string',
  minLength: 1,
  maxLength: 128,
  pattern: /^arn:aws:ivs:[a-z0-9-]+:[0-9]+:[a-z-]+\/[a-zA-Z0-9-]+$/,
} as const;

const stageName = { type: 'string', maxLength: 128, pattern: /^[a-zA-Z0-9_-]*$/ } as const;

const tagKey = { type: 'string', minLength: 1, maxLength: 128, pattern: /^(?!aws:)/i } as const;

export const maxTagsPerResource = 50;

const tags = {
  type: 'map',
  maxEntries: maxTagsPerResource,
  key: tagKey,
  value: { type: 'string', maxLength: 256 },
} as const;

const participantTokenMembers = {
  duration: { type: 'integer', min: 1, max: 20160 },
  userId: { type: 'string', maxLength: 128 },
  attributes: { type: 'map', maxTotalBytes: 1024, key: { type: 'string' }, value: { type: 'string' } },
  capabilities: { type: 'list', maxItems: 2, item: { type: 'string', oneOf: ['PUBLISH', 'SUBSCRIBE'] } },
} as const;

const participantTokenConfigurations = {
  type: 'list',
  maxItems: 12,
  item: { type: 'structure', members: participantTokenMembers },
} as const;

const autoParticipantRecordingConfiguration = { type: 'not-emulated' } as const;

/** The input of every emulated operation. */
export const inputShapes = {
  CreateStage: {
    type: 'structure',
    members: { name: stageName, participantTokenConfigurations, tags, autoParticipantRecordingConfiguration },
  },
  GetStage: { type: 'structure', members: { arn: required(stageArn) } },
  UpdateStage: {
    type: 'structure',
    members: { arn: required(stageArn), name: stageName, autoParticipantRecordingConfiguration },
  },
  DeleteStage: { type: 'structure', members: { arn: required(stageArn) } },
  ListStages: {
    type: 'structure',
    members: {
      nextToken: { type: 'string', maxLength: 1024, pattern: /^[a-zA-Z0-9+/=_-]*$/ },
      maxResults: { type: 'integer', min: 1, max: 100 },
    },
  },
  CreateParticipantToken: {
    type: 'structure',
    members: { stageArn: required(stageArn), ...participantTokenMembers },
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

export const stageSessionIdShape = { type: 'string', pattern: /^st-[a-zA-Z0-9]{13}$/ } as const;

export type OperationName = keyof typeof inputShapes;

export type Input<O extends OperationName> = ValueOf<(typeof inputShapes)[O]>;

/** The TypeScript type of the values that a constraint lets through. */
export type ValueOf<C> = C extends { type: 'string'; oneOf: readonly (infer Choice)[] }
  ? Choice
  : C extends { type: 'string' }
    ? string
    : C extends { type: 'integer' }
      ? number
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
