import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { inputShapes, type OperationName } from '../../../local/ivs/constraints.ts';
import { type IvsEmulator, isRefusal, type Presence, startIvsEmulator } from '../../../local/ivs/index.ts';
import { seededRandom } from '../../../local/ivs/seeded-random.ts';
import { recordProof, times } from '../../support/proof.ts';
import { claimsFor, importKeyPair, makeKeyPair } from './key-pair.ts';
import { connect, stoppedClock } from './running-emulator.ts';
import { mismatches, modelOf, operationsOfTheSdk } from './sdk-model.ts';

const requestCount = times({ quick: 3_000, long: 30_000 });

const operations = Object.keys(inputShapes) as OperationName[];
const models = new Map(operations.map((operation) => [operation, modelOf(operation)]));

const errorNames = [
  'ValidationException',
  'AccessDeniedException',
  'ResourceNotFoundException',
  'ConflictException',
  'ServiceQuotaExceededException',
  'SerializationException',
  'UnknownOperationException',
  'RequestEntityTooLargeException',
  'NotEmulatedException',
];

interface Request {
  readonly operation?: OperationName;
  readonly method: string;
  readonly path: string;
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined;
}

/** Everything that a request may be made of. It grows by what the emulator answers. */
interface Pool {
  readonly arns: string[];
  readonly tokens: string[];
  readonly sessionIds: string[];
  readonly participantIds: string[];
  readonly nextTokens: string[];
  readonly keys: readonly string[];
  /** Members that go together: who was seen where. */
  readonly sightings: Record<string, unknown>[];
}

const nasty: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '../..',
  '%00',
  '__proto__',
  'constructor',
  'é'.repeat(70),
  'a'.repeat(3000),
  [],
  {},
  [null],
  [[]],
  { __proto__: null, toString: 'x' },
  JSON.parse('{"__proto__": {"polluted": true}, "constructor": "x"}'),
  Array.from({ length: 60 }, (_, index) => `k${index}`),
];

afterEach(() => {
  jest.restoreAllMocks();
});

describe(`${requestCount} requests, good and bad`, () => {
  it('are all answered in the form of AWS, and none makes the emulator fail', async () => {
    const logged = jest.spyOn(console, 'error').mockReturnValue();
    const random = seededRandom(1);
    const { clock, advance } = stoppedClock();
    const emulator = await startIvsEmulator({ quotas: 'off', clock });
    const client = connect(emulator);
    const { kid, signToken } = await importKeyPair(client);
    client.destroy();
    const pool: Pool = {
      arns: [kid],
      tokens: ['', 'a.b.c'],
      sessionIds: ['st-aaaaaaaaaaaaa'],
      participantIds: ['nobody'],
      nextTokens: [''],
      keys: Array.from({ length: 8 }, () => makeKeyPair().publicKeyMaterial),
      sightings: [{}],
    };
    const live: Live = { emulator, clock, pool, signToken, present: [] };
    const statuses = new Map<number, number>();

    for (let count = 0; count < requestCount; count += 1) {
      const request = makeRequest(random, pool);
      const { status, problems } = await send(emulator, request, pool);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      expect({ request, status, problems }).toEqual({ request, status, problems: [] });
      if (random() < 0.3) liveOn(random, live);
      if (random() < 0.05) advance(Math.floor(random() * 60_000));
    }

    expect(logged).not.toHaveBeenCalled();
    expect({}).not.toHaveProperty('polluted');
    // The generator is of no use when nearly all of its requests fail for the same reason.
    expect((statuses.get(200) ?? 0) / requestCount).toBeGreaterThan(0.2);
    expect((statuses.get(400) ?? 0) / requestCount).toBeGreaterThan(0.2);
    await emulator.close();
    recordProof('emulator-fuzz', {
      figures: [
        ['random requests', requestCount],
        ...[...statuses].sort().map(([status, count]) => [`answered ${status}`, count] as const),
      ],
    });
  }, 3_600_000);
});

type Random = () => number;

const pick = <Item>(random: Random, items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;

function makeRequest(random: Random, pool: Pool): Request {
  const kind = random();
  if (kind < 0.05) return makeStrayRequest(random);
  if (kind < 0.1) return makeAdministration(random, pool);
  const operation = pickOperation(random);
  const input = makeInput(random, operation, pool);
  const { method, path } = models.get(operation) ?? { method: 'POST', path: '/' };
  const arn = 'resourceArn' in input ? encodeURIComponent(asText(input.resourceArn)) : '';
  const query =
    method === 'DELETE' && 'tagKeys' in input ? `?tagKeys=${encodeURIComponent(asText(input.tagKeys))}` : '';
  const body = method === 'POST' ? JSON.stringify(input) : undefined;
  return { operation, method, path: `${path.replace('{resourceArn}', arn)}${query}`, body: spoil(random, body) };
}

/** Few deletions, or nothing would ever live long. */
function pickOperation(random: Random): OperationName {
  const operation = pick(random, operations);
  return operation.startsWith('Delete') && random() < 0.9 ? pickOperation(random) : operation;
}

const asText = (value: unknown) => (typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value));

/** Some bodies are cut off, some are not even text. */
function spoil(random: Random, body: string | undefined): Request['body'] {
  if (body === undefined || random() > 0.03) return body;
  return random() < 0.5
    ? body.slice(0, body.length * random())
    : Uint8Array.from(Buffer.from(body), (byte) => byte ^ 0x80);
}

function makeStrayRequest(random: Random): Request {
  const method = pick(random, ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']);
  const paths = [
    '/',
    '//',
    '/tags',
    '/tags/',
    '/tags/%ff',
    '/tags/a/b',
    '/%',
    '/__proto__',
    '/constructor',
    '/?x',
    '/a?b?c',
  ];
  const path = pick(random, [...paths, ...operationsOfTheSdk.map((operation) => `/${operation}`)]);
  const hasBody = method !== 'GET';
  return { method, path, body: hasBody ? pick(random, ['', '{}', '[]', 'null', '{"a":', '1', '"x"']) : undefined };
}

function makeAdministration(random: Random, pool: Pool): Request {
  const arn = encodeURIComponent(pick(random, pool.arns));
  const route = pick(random, [
    'stages',
    'faults',
    'event-delivery',
    'constructor',
    `stages/${arn}/active-session`,
    `ingest-configurations/${arn}/publishing`,
  ]);
  const method = pick(random, ['GET', 'PUT', 'DELETE', 'POST']);
  const bodies = [
    {},
    { sessionId: null },
    { sessionId: pick(random, nasty) },
    { publishing: true },
    { publishing: false },
  ];
  const body = pick(random, [...bodies, { rules: [{ kind: pick(random, nasty) }] }, { lose: pick(random, nasty) }]);
  return { method, path: `/_emulator/${route}`, body: method === 'GET' ? undefined : JSON.stringify(body) };
}

function makeInput(random: Random, operation: OperationName, pool: Pool): Record<string, unknown> {
  const members = Object.entries(inputShapes[operation].members);
  const input: Record<string, unknown> = {};
  const sighting = random() < 0.6 ? pick(random, pool.sightings) : {};
  for (const [name, constraint] of members) {
    const isRequired = 'required' in constraint;
    if (random() < (isRequired ? 0.02 : 0.75)) continue;
    input[name] = random() < 0.08 ? pick(random, nasty) : (sighting[name] ?? makeValue(random, name, pool));
  }
  if (random() < 0.03) input[pick(random, ['colour', '__proto__', 'toString'])] = pick(random, nasty);
  return input;
}

function makeValue(random: Random, name: string, pool: Pool): unknown {
  const arnsOf = (type: string) => pool.arns.filter((arn) => arn.includes(`:${type}`));
  const choices: Readonly<Record<string, readonly unknown[]>> = {
    arn: pool.arns,
    resourceArn: pool.arns,
    stageArn: arnsOf('stage/'),
    filterByStageArn: arnsOf('stage/'),
    sourceStageArn: arnsOf('stage/'),
    destinationStageArn: arnsOf('stage/'),
    sessionId: pool.sessionIds,
    participantId: pool.participantIds,
    nextToken: pool.nextTokens,
    maxResults: [1, 2, 50, 51, 101],
    publicKeyMaterial: pool.keys,
    duration: [1, 60, 20_160, 20_161],
    capabilities: [['PUBLISH'], ['SUBSCRIBE'], [], ['PUBLISH', 'SUBSCRIBE'], ['FLY']],
    tags: [{}, { env: 'dev' }, { 'aws:x': 'y' }],
    tagKeys: ['env', '', 'a b'],
    attributes: [{}, { role: 'host' }, { k: 'v'.repeat(1024) }],
    participantTokenConfigurations: [[], [{}], [{ userId: 'ada' }, { duration: 0 }]],
    ingestProtocol: ['RTMP', 'RTMPS', 'SRT'],
    filterByState: ['CONNECTED', 'ACTIVE', 'INACTIVE'],
    reconnectWindowSeconds: [0, 30, 301],
  };
  const known = Object.hasOwn(choices, name) ? choices[name] : undefined;
  return pick(random, known?.length ? known : [true, false, 'ada', 'ada-1']);
}

async function send(emulator: IvsEmulator, { operation, method, path, body }: Request, pool: Pool) {
  const response = await fetch(emulator.url + path, { method, body: body ?? null });
  const text = await response.text();
  const { status, headers } = response;
  const isAdministration = path.startsWith('/_emulator/');
  const problems: string[] = [];
  if (headers.get('content-type') !== 'application/json') problems.push('no JSON');
  if (!headers.get('x-amzn-requestid')) problems.push('no request id');
  const answer: unknown = JSON.parse(text);
  if (status === 200) {
    const output = operation === undefined ? undefined : models.get(operation)?.output;
    if (output !== undefined && !isAdministration) problems.push(...mismatches(output, answer));
    learn(answer, '', pool);
  } else {
    const name = headers.get('x-amzn-errortype') ?? '';
    if (!errorNames.includes(name)) problems.push(`an unknown error: ${name} ${text}`);
    if (!/"message":"./.test(text)) problems.push('no message');
  }
  return { status, problems };
}

/** Keeps what later requests can speak of. */
function learn(answer: unknown, name: string, pool: Pool): void {
  if (typeof answer === 'object' && answer !== null) {
    for (const [key, value] of Object.entries(answer)) learn(value, key, pool);
    return;
  }
  if (typeof answer !== 'string' || answer === '') return;
  const lists = {
    arn: pool.arns,
    token: pool.tokens,
    sessionId: pool.sessionIds,
    activeSessionId: pool.sessionIds,
    participantId: pool.participantIds,
    nextToken: pool.nextTokens,
  };
  const list = Object.hasOwn(lists, name) ? lists[name as keyof typeof lists] : undefined;
  if (!list || list.includes(answer)) return;
  list.push(answer);
  if (list.length > 40) list.splice(Math.floor(list.length / 2), 1);
}

interface Live {
  readonly emulator: IvsEmulator;
  readonly clock: () => Date;
  readonly pool: Pool;
  readonly signToken: (claims: object) => string;
  readonly present: Presence[];
}

/** Participants come, go and act meanwhile, with good tokens and with bad ones. */
function liveOn(random: Random, { emulator, clock, pool, signToken, present }: Live): void {
  const stage = emulator.stages()[0];
  if (stage && random() < 0.2) {
    const jti = `ada-${Math.floor(random() * 5)}`;
    const iat = Math.floor(clock().getTime() / 1000);
    const claims = claimsFor(stage, { jti, iat, exp: random() < 0.7 ? iat + 3600 : pick(random, nasty) });
    pool.tokens.push(signToken(claims));
    if (pool.tokens.length > 40) pool.tokens.shift();
  }
  const admission = emulator.live.verify(pick(random, pool.tokens));
  if (!isRefusal(admission)) {
    const joined = emulator.live.join(admission, { end: () => undefined });
    if (!isRefusal(joined)) present.push(joined);
    const { stageArn, participantId } = admission;
    const sessionId = emulator.stages().find(({ arn }) => arn === stageArn)?.activeSessionId;
    pool.sightings.push({ stageArn, sourceStageArn: stageArn, sessionId, participantId });
    if (pool.sightings.length > 20) pool.sightings.shift();
    if (present.length > 60) present.shift()?.leave('connection-lost');
  }
  const one = present.length > 0 ? pick(random, present) : undefined;
  if (!one) return;
  const publish = () => one.publish(pick(random, ['WHIP', 'UNKNOWN'] as const));
  const acts = [
    publish,
    publish,
    () => one.unpublish(),
    () => one.subscribe(pick(random, present).participantId),
    () => one.unsubscribe(pick(random, present).participantId),
    () => one.exchange(pick(random, pool.tokens)),
    () => one.leave('user-initiated'),
  ];
  pick(random, acts)();
}
