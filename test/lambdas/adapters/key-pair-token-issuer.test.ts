import { createPrivateKey, sign } from 'node:crypto';
import { CreateStageCommand, IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Capability } from '../../../contract/stages.ts';
import { AwsIvsPublicKeys } from '../../../lambdas/adapters/ivs-public-keys.ts';
import { KeyPairTokenIssuer } from '../../../lambdas/adapters/key-pair-token-issuer.ts';
import { P384KeyPairs } from '../../../lambdas/adapters/p384-key-pairs.ts';
import type { SigningKey, SigningKeys } from '../../../lambdas/adapters/secrets-manager-signing-keys.ts';
import { CAPABILITIES } from '../../../lambdas/stages/access/capabilities.ts';
import type { IssuedToken, TokenRequest } from '../../../lambdas/stages/ports.ts';
import type { StageRecord } from '../../../lambdas/stages/profile.ts';
import { type IvsEmulator, isRefusal, startIvsEmulator } from '../../../local/ivs/index.ts';
import { MemoryTokenIssuer } from '../../support/memory-token-issuer.ts';
import { describeTokenIssuer, hostRequest } from '../../support/token-issuer-contract.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const clock = new VirtualClock();
const DAY_MS = 86_400_000;

let emulator: IvsEmulator;
let client: IVSRealTimeClient;
let stage: StageRecord;
let key: SigningKey;

beforeAll(async () => {
  emulator = await startIvsEmulator({ quotas: 'off', clock: clock.now });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new IVSRealTimeClient({ endpoint: emulator.url, region: 'us-east-1', credentials });
  const { stage: made } = await client.send(new CreateStageCommand({ name: 'one' }));
  const { events = '', whip = '' } = made?.endpoints ?? {};
  const createdAt = clock.now().toISOString();
  const endpoints = { events, whip };
  stage = { arn: made?.arn ?? '', name: 'one', createdAt, attemptId: 'a1', endpoints, endpointsAt: createdAt };
  key = await importKey();
});
afterAll(async () => {
  client.destroy();
  await emulator.close();
});

async function importKey(): Promise<SigningKey> {
  const pair = new P384KeyPairs().generate();
  const signal = AbortSignal.timeout(5_000);
  const { arn } = await new AwsIvsPublicKeys(client).import('Stagedoor-v1', pair.publicKey, {}, signal);
  return { publicKeyArn: arn, privateKey: createPrivateKey(pair.privateKey), importedAt: clock.now() };
}

const knowing = (...keys: readonly SigningKey[]): SigningKeys => ({
  forSigning: async () => keys[0],
  withArn: async (arn) => keys.find(({ publicKeyArn }) => publicKeyArn === arn),
});
const fallbackToken: IssuedToken = { issuedBy: 'ivs-api', token: 'ivs', participantId: 'p', expiresAt: clock.now() };
const issuerWith = (keys: SigningKeys) =>
  new KeyPairTokenIssuer({ keys, fallback: { issue: async () => fallbackToken }, now: clock.now });

const issue = async (request: Partial<TokenRequest> = {}, record = stage, keys = knowing(key)) => {
  const issued = await issuerWith(keys).issue(record, { ...hostRequest, ...request }, AbortSignal.timeout(5_000));
  if (!issued) throw new Error('no token was issued');
  return issued;
};
const partsOf = (token: string) =>
  token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);

describeTokenIssuer('the issuer that signs', async () => ({ issuer: issuerWith(knowing(key)), stage, now: clock.now }));
describeTokenIssuer('its twin', async () => ({
  issuer: new MemoryTokenIssuer(clock, () => true),
  stage,
  now: clock.now,
}));

describe('a token that was signed', () => {
  it('has the header and the claims that IVS asks for, and no others', async () => {
    const { token, participantId } = await issue();
    const now = clock.now().getTime() / 1000;
    expect(partsOf(token)).toEqual([
      { alg: 'ES384', typ: 'JWT', kid: key.publicKeyArn },
      {
        exp: now + 3600,
        iat: now - 10,
        jti: participantId,
        user_id: 'ada',
        resource: stage.arn,
        topic: stage.arn.split('/')[1],
        events_url: stage.endpoints?.events,
        whip_url: stage.endpoints?.whip,
        capabilities: { allow_publish: true, allow_subscribe: true },
        attributes: { name: 'Ada', role: 'host', capabilities: 'PUBLISH_AUDIO,SUBSCRIBE_VIDEO' },
        version: '1.0',
      },
    ]);
    expect(participantId).toMatch(/^[A-Za-z0-9]{12,64}$/);
  });

  it.each([
    [['PUBLISH_AUDIO'], { allow_publish: true }],
    [['SUBSCRIBE_VIDEO'], { allow_subscribe: true }],
  ] as [Capability[], object][])('for %j allows %j and says nothing of the rest', async (capabilities, expected) => {
    expect(partsOf((await issue({ capabilities })).token)[1]).toMatchObject({ capabilities: expected });
    expect(Object.keys(partsOf((await issue({ capabilities })).token)[1]?.capabilities ?? {})).toHaveLength(1);
  });

  it('passes IVS for every request, and its attributes stay under 1 KB', () =>
    fc.assert(
      fc.asyncProperty(
        fc
          .string({ minLength: 1, maxLength: 64, unit: 'grapheme' })
          .map((name) => Array.from(name).slice(0, 64).join('')),
        fc.subarray([...CAPABILITIES], { minLength: 1 }),
        fc.integer({ min: 1, max: 20_160 }),
        fc.constantFrom('host', 'guest', 'viewer', 'moderator'),
        async (displayName, capabilities, durationMinutes, role) => {
          const { token, expiresAt } = await issue({ displayName, capabilities, durationMinutes, role });
          const admission = emulator.live.verify(token);
          if (isRefusal(admission)) throw new Error(admission.message);
          expect(admission).toMatchObject({ issuedBy: 'key-pair', userId: 'ada', expiresAt });
          expect(admission.attributes).toEqual({ name: displayName, role, capabilities: capabilities.join(',') });
          expect(Buffer.byteLength(JSON.stringify(admission.attributes))).toBeLessThanOrEqual(1024);
        },
      ),
      { numRuns: 200 },
    ));

  it('lives 14 days at most, counted from a moment in the past', async () => {
    const { expiresAt } = await issue({ durationMinutes: 20_160 });
    expect(expiresAt.getTime() - clock.now().getTime()).toBe(14 * DAY_MS - 10_000);
  });

  it('is exchanged on a stage that it has joined', async () => {
    const issuer = issuerWith(knowing(key));
    const first = await issue({ capabilities: ['SUBSCRIBE_AUDIO'] });
    const admission = emulator.live.verify(first.token);
    const presence = isRefusal(admission) ? admission : emulator.live.join(admission, { end: () => undefined });
    if (isRefusal(presence)) throw new Error(presence.message);
    expect(presence.publish()).toMatchObject({ code: 'TOKEN_NOT_ALLOWED' });
    const held = await issuer.read(first.token);
    if (typeof held === 'string') throw new Error(held);
    const raised = await issuer.reissue(held, { ...hostRequest, capabilities: ['PUBLISH_AUDIO'] });
    expect(presence.exchange(raised?.token ?? '')).toMatchObject({ canPublish: true, canSubscribe: false });
    expect(presence.publish()).toBeUndefined();
    presence.leave('user-initiated');
  });
});

describe('IVS issues instead', () => {
  const aged = (ageMs: number): StageRecord => ({
    ...stage,
    endpointsAt: new Date(clock.now().getTime() - ageMs).toISOString(),
  });

  it.each([
    ['there is no key', () => issue({}, aged(0), knowing())],
    ['the endpoints are not known', () => issue({}, { ...aged(0), endpoints: {} })],
    ['the endpoints are older than 7 days', () => issue({}, aged(7 * DAY_MS + 1))],
  ])('when %s', async (_when, issueThen) => {
    expect(await issueThen()).toBe(fallbackToken);
  });

  it('not yet at 7 days', async () => {
    expect(await issue({}, aged(7 * DAY_MS))).toMatchObject({ issuedBy: 'key-pair' });
  });
});

describe('a token of another kind', () => {
  const signed = (header: object, claims: object, by = key) => {
    const unsigned = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const options = { key: by.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return `${unsigned}.${sign('sha384', Buffer.from(unsigned), options).toString('base64url')}`;
  };
  const read = (token: string, keys = knowing(key)) => issuerWith(keys).read(token);
  let claims: Record<string, unknown>;
  beforeEach(async () => {
    claims = partsOf((await issue()).token)[1] ?? {};
  });

  it.each([{ alg: 'KMS', typ: 'JWT' }, { alg: 'HS256', typ: 'JWT' }, { alg: 'none' }, { alg: 'ES384' }])(
    'is foreign with the header %j',
    async (header) => {
      expect(await read(signed(header, claims))).toBe('foreign');
    },
  );

  it('is refused when its key is not ours, or not known any more', async () => {
    const other = new P384KeyPairs().generate();
    const privateKey = createPrivateKey(other.privateKey);
    const header = { alg: 'ES384', typ: 'JWT', kid: key.publicKeyArn };
    expect(await read(signed(header, claims, { ...key, privateKey }))).toBe('refused');
    expect(await read(signed(header, claims), knowing())).toBe('refused');
    expect(await read(signed(header, claims))).toMatchObject({ userId: 'ada' });
  });

  it.each(['jti', 'user_id', 'resource', 'events_url', 'whip_url', 'exp', 'attributes', 'version'])(
    'is refused when it lacks %s',
    async (name) => {
      const header = { alg: 'ES384', typ: 'JWT', kid: key.publicKeyArn };
      expect(await read(signed(header, { ...claims, [name]: undefined }))).toBe('refused');
    },
  );
});
