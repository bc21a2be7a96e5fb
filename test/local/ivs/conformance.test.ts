import type { IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inputShapes, type OperationName, type Structure } from '../../../local/ivs/constraints.ts';
import { type IvsEmulator, startIvsEmulator } from '../../../local/ivs/index.ts';
import { createStage, createToken, joinWith } from './joining.ts';
import { importKeyPair, makeKeyPair } from './key-pair.ts';
import { connect, runEmulator, serviceError } from './running-emulator.ts';
import { commandOf, errorClassOf, membersOf, mismatches, modelOf } from './sdk-model.ts';

const operations = Object.keys(inputShapes) as OperationName[];

type Inputs = Readonly<Record<OperationName, object>>;

/** A stage with a host who publishes, another stage, a key and an ingest configuration: something for every operation. */
async function furnish(client: IVSRealTimeClient, emulator: IvsEmulator): Promise<Inputs> {
  const [stageArn, destinationStageArn] = [await createStage(client), await createStage(client)];
  const host = joinWith(emulator, await createToken(client, { stageArn, userId: 'ada' }));
  host.publish();
  const { participantId } = host;
  const { kid: keyArn } = await importKeyPair(client);
  const ingest = (await client.send(commandOf('CreateIngestConfiguration', { ingestProtocol: 'RTMPS', stageArn }))) as {
    ingestConfiguration?: { arn?: string };
  };
  const ingestArn = ingest.ingestConfiguration?.arn;
  const sessionId = emulator.stages().find(({ arn }) => arn === stageArn)?.activeSessionId;
  const [ofStage, ofSession] = [{ arn: stageArn }, { stageArn, sessionId }];
  const replication = { sourceStageArn: stageArn, destinationStageArn, participantId };
  return {
    CreateStage: { name: 'one' },
    GetStage: ofStage,
    UpdateStage: { ...ofStage, name: 'two' },
    DeleteStage: ofStage,
    ListStages: {},
    ListStageSessions: { stageArn },
    GetStageSession: ofSession,
    CreateParticipantToken: { stageArn },
    DisconnectParticipant: { stageArn, participantId },
    ListParticipants: ofSession,
    GetParticipant: { ...ofSession, participantId },
    ListParticipantEvents: { ...ofSession, participantId },
    ImportPublicKey: { publicKeyMaterial: makeKeyPair().publicKeyMaterial },
    GetPublicKey: { arn: keyArn },
    ListPublicKeys: {},
    DeletePublicKey: { arn: keyArn },
    CreateIngestConfiguration: { ingestProtocol: 'RTMPS' },
    GetIngestConfiguration: { arn: ingestArn },
    ListIngestConfigurations: {},
    UpdateIngestConfiguration: { arn: ingestArn },
    DeleteIngestConfiguration: { arn: ingestArn },
    StartParticipantReplication: replication,
    StopParticipantReplication: replication,
    ListParticipantReplicas: { sourceStageArn: stageArn, participantId },
    TagResource: { resourceArn: stageArn, tags: { env: 'dev' } },
    UntagResource: { resourceArn: stageArn, tagKeys: ['env'] },
    ListTagsForResource: { resourceArn: stageArn },
  };
}

async function runFurnishedEmulator() {
  const { client, emulator } = await runEmulator();
  return { client, emulator, inputs: await furnish(client, emulator) };
}

describe('the inputs', () => {
  it.each(operations)('of %s have the members that the SDK sends', (operation) => {
    const { names, required } = membersOf(modelOf(operation).input);
    const members = Object.entries((inputShapes[operation] as Structure).members);
    expect(members.map(([name]) => name).sort()).toEqual([...names].sort());
    expect(
      members
        .filter(([, each]) => each.required)
        .map(([name]) => name)
        .sort(),
    ).toEqual([...required].sort());
  });
});

describe('the answer', () => {
  it.each(operations)('of %s has the shape that the SDK reads', async (operation) => {
    const { client, emulator, inputs } = await runFurnishedEmulator();
    if (operation === 'StopParticipantReplication') {
      await client.send(commandOf('StartParticipantReplication', inputs.StartParticipantReplication));
    }
    const parsed = await client.send(commandOf(operation, inputs[operation]));
    expect(parsed.$metadata).toMatchObject({ httpStatusCode: 200, requestId: expect.any(String), attempts: 1 });
    // Once more without the SDK, which drops what it does not know. What can be done once only is refused now.
    const { method, path, output } = modelOf(operation);
    const body = method === 'POST' ? JSON.stringify(inputs[operation]) : null;
    const arn = 'resourceArn' in inputs[operation] ? String(inputs[operation].resourceArn) : '';
    const url = emulator.url + path.replace('{resourceArn}', encodeURIComponent(arn));
    const response = await fetch(`${url}${method === 'DELETE' ? '?tagKeys=env' : ''}`, { method, body });
    const answer = await response.json();
    if (response.status === 200) expect(mismatches(output, answer)).toEqual([]);
    else expect(['ResourceNotFoundException', 'ConflictException']).toContain(response.headers.get('x-amzn-errortype'));
  });
});

/** What AWS's model says of each kind of value: both edges, and what is just beyond. */
const arnEdges = (type: string) => {
  const prefix = `arn:aws:ivs:us-east-1:000000000000:${type}/`;
  const filled = (length: number) => prefix + 'a'.repeat(length - prefix.length);
  return {
    takes: [filled(prefix.length + 1), filled(128), `arn:aws:ivs:x:1:${type}/aZ0-9`],
    refuses: [filled(129), prefix, `${prefix}a_b`, `x${prefix}a`, `arn:aws-cn:ivs:us-east-1:0:${type}/a`],
  };
};
const letters = (length: number) => 'a'.repeat(length);
const entries = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, '']));
const pageSize = (max: number) => ({ takes: [1, max], refuses: [0, max + 1, -1] });
const boolean = { takes: [true, false], refuses: [] };
const choice = (...choices: string[]) => ({ takes: choices, refuses: ['', choices[0]?.toLowerCase(), 'OTHER'] });
const stageArn = arnEdges('stage');
const publicKeyArn = arnEdges('public-key');
const ingestArn = arnEdges('ingest-configuration');
const attachedArn = { takes: [...stageArn.takes, ''], refuses: stageArn.refuses };
const name = { takes: ['', 'a', letters(128), 'azAZ09-_'], refuses: [letters(129), 'a b', 'é', 'a\n'] };
const userId = { takes: ['', letters(128), '🎭'.repeat(128)], refuses: [letters(129)] };
const attributes = { takes: [{}, { k: letters(1023) }], refuses: [{ k: letters(1024) }, { k: 'é'.repeat(512) }] };
const tags = {
  takes: [{}, entries(50), { [letters(128)]: letters(256) }],
  refuses: [entries(51), { [letters(129)]: '' }, { '': '' }, { k: letters(257) }, { 'aws:k': '' }],
};
const sessionId = {
  takes: [`st-${letters(13)}`, 'st-aZ09aZ09aZ09a'],
  refuses: [`st-${letters(12)}`, `st-${letters(14)}`, `xt-${letters(13)}`, `st-${letters(12)}-`],
};
const participantId = { takes: ['', letters(64), 'aZ0-_'], refuses: [letters(65), 'a b', 'a.b'] };
const nextToken = { takes: [''], refuses: [letters(1025), 'a b', 'é'] };
const duration = { takes: [1, 20_160], refuses: [0, 20_161, 1.5] };
const capabilities = {
  takes: [[], ['PUBLISH'], ['PUBLISH', 'SUBSCRIBE']],
  refuses: [['FLY'], ['PUBLISH', 'SUBSCRIBE', 'PUBLISH']],
};
const participantTokenConfigurations = {
  takes: [[], Array(12).fill({}), [{ duration: 20_160, userId: letters(128), attributes: {}, capabilities: [] }]],
  refuses: [Array(13).fill({}), [{ duration: 0 }], [{ userId: letters(129) }], [{ capabilities: ['FLY'] }]],
};
const pem = makeKeyPair().publicKeyMaterial;
const publicKeyMaterial = {
  takes: [pem, pem.trimEnd(), pem.replaceAll('\n', '\r\n')],
  refuses: ['', pem.replace('BEGIN', 'START'), pem.replace('\n', ''), pem.replaceAll('PUBLIC', 'PRIVATE')],
};
const page = { nextToken, maxResults: pageSize(100) };
const session = { stageArn, sessionId };
const replication = { sourceStageArn: stageArn, destinationStageArn: stageArn, participantId };
// The pattern for any resource, with the `+` that AWS's own is missing.
const resourceArn = { takes: [...stageArn.takes, ...publicKeyArn.takes], refuses: ['x', ...stageArn.refuses] };

type Edges = { readonly takes: readonly unknown[]; readonly refuses: readonly unknown[] };

const edges: Readonly<Record<OperationName, Readonly<Record<string, Edges>>>> = {
  CreateStage: { name, participantTokenConfigurations, tags },
  GetStage: { arn: stageArn },
  UpdateStage: { arn: stageArn, name },
  DeleteStage: { arn: stageArn },
  ListStages: page,
  ListStageSessions: { stageArn, ...page },
  GetStageSession: session,
  CreateParticipantToken: { stageArn, duration, userId, attributes, capabilities },
  DisconnectParticipant: { stageArn, participantId, reason: userId },
  ListParticipants: {
    ...session,
    filterByUserId: userId,
    filterByPublished: boolean,
    filterByState: choice('CONNECTED', 'DISCONNECTED'),
    filterByRecordingState: choice('STARTING', 'ACTIVE', 'STOPPING', 'STOPPED', 'FAILED'),
    ...page,
  },
  GetParticipant: { ...session, participantId },
  ListParticipantEvents: { ...session, participantId, ...page },
  ImportPublicKey: { publicKeyMaterial, name, tags },
  GetPublicKey: { arn: publicKeyArn },
  ListPublicKeys: page,
  DeletePublicKey: { arn: publicKeyArn },
  CreateIngestConfiguration: {
    name,
    stageArn: attachedArn,
    userId,
    attributes,
    ingestProtocol: choice('RTMP', 'RTMPS'),
    insecureIngest: boolean,
    redundantIngest: boolean,
    tags,
  },
  GetIngestConfiguration: { arn: ingestArn },
  ListIngestConfigurations: { filterByStageArn: stageArn, filterByState: choice('ACTIVE', 'INACTIVE'), ...page },
  UpdateIngestConfiguration: { arn: ingestArn, stageArn: attachedArn, redundantIngest: boolean },
  DeleteIngestConfiguration: { arn: ingestArn, force: boolean },
  StartParticipantReplication: {
    ...replication,
    reconnectWindowSeconds: { takes: [0, 300], refuses: [-1, 301] },
    attributes,
  },
  StopParticipantReplication: replication,
  ListParticipantReplicas: { sourceStageArn: stageArn, participantId, nextToken, maxResults: pageSize(50) },
  TagResource: { resourceArn, tags },
  UntagResource: {
    resourceArn,
    tagKeys: {
      takes: [['k'], Object.keys(entries(50)), [letters(128)]],
      refuses: [Object.keys(entries(51)), [letters(129)], ['']],
    },
  },
  ListTagsForResource: { resourceArn },
};

describe('the edges of the inputs', () => {
  let emulator: IvsEmulator;
  let client: IVSRealTimeClient;
  let inputs: Inputs;
  beforeAll(async () => {
    emulator = await startIvsEmulator({ quotas: 'off' });
    client = connect(emulator);
    inputs = await furnish(client, emulator);
  });
  afterAll(async () => {
    client.destroy();
    await emulator.close();
  });

  /** What the emulator says against the form of a value. It may well refuse the call for another reason. */
  async function complaint(operation: OperationName, member: string, value: unknown) {
    const sending = client.send(commandOf(operation, { ...inputs[operation], [member]: value }));
    const error = await sending.then(
      () => undefined,
      (reason: Error) => reason,
    );
    return error?.message.includes('failed to satisfy constraint') ? error : undefined;
  }

  const members = operations.flatMap((operation) =>
    Object.entries(edges[operation]).map(([member, each]) => [operation, member, each] as const),
  );

  it('are known for every member', () => {
    for (const operation of operations) {
      const known = Object.entries((inputShapes[operation] as Structure).members);
      const emulated = known.filter(([, { type }]) => type !== 'not-emulated').map(([member]) => member);
      expect(Object.keys(edges[operation]).sort()).toEqual(emulated.sort());
    }
  });

  it.each(members)('%s takes and refuses %s at its edges', async (operation, member, { takes, refuses }) => {
    for (const value of takes) expect([value, await complaint(operation, member, value)]).toEqual([value, undefined]);
    for (const value of refuses) {
      const error = await complaint(operation, member, value);
      expect([value, error]).toMatchObject([value, serviceError('ValidationException', 400)]);
      expect(error?.message).toContain(`/${member}`);
    }
  });
});

const statusOf = {
  ValidationException: 400,
  AccessDeniedException: 403,
  PendingVerification: 403,
  ResourceNotFoundException: 404,
  ConflictException: 409,
  ServiceQuotaExceededException: 402,
  InternalServerException: 500,
} as const;

type ErrorName = keyof typeof statusOf;

const [VAL, ACC, PEND] = ['ValidationException', 'AccessDeniedException', 'PendingVerification'] as const;
const [RNF, CONF] = ['ResourceNotFoundException', 'ConflictException'] as const;
const [QUOTA, INT] = ['ServiceQuotaExceededException', 'InternalServerException'] as const;

/** The errors that the API Reference lists. */
const documented: Readonly<Record<OperationName, readonly ErrorName[]>> = {
  CreateStage: [VAL, ACC, QUOTA, PEND],
  GetStage: [RNF, VAL, ACC],
  UpdateStage: [RNF, VAL, ACC, QUOTA, CONF, PEND],
  DeleteStage: [RNF, VAL, ACC, CONF, PEND],
  ListStages: [VAL, ACC, CONF],
  ListStageSessions: [VAL, ACC],
  GetStageSession: [RNF, VAL, ACC],
  CreateParticipantToken: [RNF, VAL, ACC, QUOTA, PEND],
  DisconnectParticipant: [RNF, VAL, ACC, PEND],
  ListParticipants: [VAL, ACC],
  GetParticipant: [RNF, VAL, ACC],
  ListParticipantEvents: [VAL, ACC],
  ImportPublicKey: [VAL, ACC, QUOTA, CONF, PEND],
  GetPublicKey: [RNF, VAL, ACC],
  ListPublicKeys: [VAL, ACC],
  DeletePublicKey: [RNF, VAL, ACC, CONF, PEND],
  CreateIngestConfiguration: [VAL, ACC, QUOTA, PEND],
  GetIngestConfiguration: [RNF, VAL, ACC],
  ListIngestConfigurations: [VAL, ACC],
  UpdateIngestConfiguration: [RNF, VAL, ACC, CONF, PEND],
  DeleteIngestConfiguration: [RNF, VAL, ACC, CONF, PEND],
  StartParticipantReplication: [RNF, VAL, ACC, INT, QUOTA, CONF, PEND],
  StopParticipantReplication: [RNF, VAL, ACC, INT],
  ListParticipantReplicas: [VAL, ACC],
  TagResource: [RNF, VAL, INT],
  UntagResource: [RNF, VAL, INT],
  ListTagsForResource: [RNF, VAL, INT],
};

interface Scene {
  readonly client: IVSRealTimeClient;
  readonly emulator: IvsEmulator;
  readonly inputs: Inputs;
}

/** What brings an error about here without a fault plan. */
const causes: Partial<Record<`${OperationName} ${ErrorName}`, (scene: Scene) => unknown>> = {
  'ImportPublicKey ConflictException': ({ client, inputs }) =>
    client.send(commandOf('ImportPublicKey', inputs.ImportPublicKey)),
  'UpdateIngestConfiguration ConflictException': broadcast,
  'DeleteIngestConfiguration ConflictException': broadcast,
  'StartParticipantReplication ConflictException': ({ client, inputs }) =>
    client.send(commandOf('StartParticipantReplication', inputs.StartParticipantReplication)),
  'CreateStage ServiceQuotaExceededException': fill('CreateStage', () => ({}), 998),
  'ImportPublicKey ServiceQuotaExceededException': fill('ImportPublicKey', () => makeKeyPair(), 2),
  'CreateIngestConfiguration ServiceQuotaExceededException': fill(
    'CreateIngestConfiguration',
    () => ({ ingestProtocol: 'RTMPS' }),
    99,
  ),
  async 'StartParticipantReplication ServiceQuotaExceededException'({ client, inputs }) {
    for (let count = 0; count < 5; count += 1) {
      const input = { ...inputs.StartParticipantReplication, destinationStageArn: await createStage(client) };
      await client.send(commandOf('StartParticipantReplication', input));
    }
  },
};

function broadcast({ emulator, inputs }: Scene): void {
  const { arn } = inputs.GetIngestConfiguration as { readonly arn: string };
  emulator.setIngestPublishing(arn, true);
}

function fill(operation: OperationName, input: () => object, count: number) {
  return async ({ client }: Scene) => {
    for (let made = 0; made < count; made += 1) await client.send(commandOf(operation, input()));
  };
}

function spoil(operation: OperationName, error: ErrorName, inputs: Inputs): object {
  const input = inputs[operation];
  const [member = '', each] = Object.entries(edges[operation])[0] ?? [];
  if (error === VAL) return { ...input, [member]: each?.refuses[0] };
  if (error !== RNF) return input;
  const missing = JSON.stringify(input).replaceAll(/:[a-z-]+\/[a-zA-Z0-9]{12}/g, '$&x');
  return JSON.parse(missing);
}

describe('a documented error', () => {
  const cases = operations.flatMap((operation) => documented[operation].map((error) => [operation, error] as const));

  it.each(cases)('of %s is %s', async (operation, error) => {
    const { client, emulator, inputs } = await runFurnishedEmulator();
    const cause = causes[`${operation} ${error}`];
    if (cause) await cause({ client, emulator, inputs });
    else if (![VAL, RNF].some((each) => each === error)) {
      emulator.setFaults({ rules: [{ kind: 'error', name: error, status: statusOf[error] }] });
    }
    const failing = client.send(commandOf(operation, spoil(operation, error, inputs)));
    const refusal = await failing.catch((reason: unknown) => reason);
    expect(refusal).toMatchObject(serviceError(error, statusOf[error]));
    expect(refusal).toBeInstanceOf(errorClassOf(error));
  });

  it.each(operations)('of %s is AccessDeniedException where the permission is missing', async (operation) => {
    const denied = `ivs:${operation}`;
    let isDenying = false;
    const { client, emulator } = await runEmulator({
      authorize: ({ action }) => ({ allowed: !isDenying || action !== denied, message: `no ${action}` }),
    });
    const inputs = await furnish(client, emulator);
    isDenying = true;
    const failing = client.send(commandOf(operation, inputs[operation]));
    await expect(failing).rejects.toMatchObject(serviceError('AccessDeniedException', 403));
  });
});
