import { createHmac } from 'node:crypto';
import {
  DeletePublicKeyCommand,
  GetParticipantCommand,
  ListParticipantEventsCommand,
} from '@aws-sdk/client-ivs-realtime';
import { describe, expect, it } from '@jest/globals';
import { joinWith, runEmulatorWithStage } from './joining.ts';
import { claimsFor, encode, importKeyPair, makeKeyPair, signJwt } from './key-pair.ts';
import { stoppedClock } from './running-emulator.ts';

async function runSigningStage() {
  const { clock, advance } = stoppedClock();
  const running = await runEmulatorWithStage({ clock, tokenSecret: 'known-to-the-test' });
  const key = await importKeyPair(running.client);
  const [stage] = running.emulator.stages();
  if (!stage) throw new Error('no stage was made');
  const claims = (changes: object = {}) => claimsFor(stage, changes);
  const tokenWith = (changes: object = {}, header: object = {}) => key.signToken(claims(changes), header);
  return { ...running, ...key, claims, tokenWith, advance };
}

const malformed = { status: 401, code: 'TOKEN_MALFORMED' };

describe('a key-pair token', () => {
  it('grants what it says', async () => {
    const { emulator, stageArn, tokenWith } = await runSigningStage();
    expect(emulator.live.verify(tokenWith())).toEqual({
      participantId: 'ada-1',
      stageArn,
      userId: 'ada',
      attributes: { role: 'host' },
      canPublish: true,
      canSubscribe: true,
      expiresAt: new Date('2026-01-01T01:00:00.000Z'),
      issuedBy: 'key-pair',
    });
  });

  it('may leave out user and attributes, and a capability, which it then lacks', async () => {
    const { emulator, tokenWith } = await runSigningStage();
    const token = tokenWith({ user_id: undefined, attributes: undefined, capabilities: { allow_subscribe: true } });
    expect(emulator.live.verify(token)).toMatchObject({
      userId: '',
      attributes: {},
      canPublish: false,
      canSubscribe: true,
    });
  });

  const fourteenDays = 14 * 24 * 3600;
  const iat = Date.parse('2026-01-01T00:00:00Z') / 1000;

  it.each<[string, object]>([
    ['14 days of life', { exp: iat + fourteenDays }],
    ['a jti of 64 characters', { jti: 'j-_'.padEnd(64, '1') }],
    ['a user_id of 128 characters', { user_id: 'é'.repeat(128) }],
    ['attributes of 1,024 bytes', { attributes: { k: 'v'.repeat(1023) } }],
    ['no capability at all', { capabilities: {} }],
  ])('may have %s', async (_case, changes) => {
    const { emulator, tokenWith } = await runSigningStage();
    expect(emulator.live.verify(tokenWith(changes))).toHaveProperty('stageArn');
  });

  it.each<[string, object]>([
    ['more than 14 days of life', { exp: iat + fourteenDays + 1 }],
    ['an exp in words', { exp: '2026-01-02' }],
    ['no iat', { iat: undefined }],
    ['no jti', { jti: undefined }],
    ['an empty jti', { jti: '' }],
    ['a jti of 65 characters', { jti: 'j'.repeat(65) }],
    ['a jti with a dot', { jti: 'ada.1' }],
    ['a user_id of 129 characters', { user_id: 'u'.repeat(129) }],
    ['attributes of 1,025 bytes', { attributes: { k: 'v'.repeat(1024) } }],
    ['attributes that are no strings', { attributes: { k: 1 } }],
    ['the topic of another stage', { topic: 'another' }],
    ['no topic', { topic: undefined }],
    ['another events_url', { events_url: 'wss://example.com' }],
    ['another whip_url', { whip_url: 'https://example.com' }],
    ['a resource that is no stage', { resource: 'arn:aws:ivs:us-east-1:000000000000:public-key/x' }],
    ['capabilities as a list', { capabilities: ['PUBLISH'] }],
    ['a capability in words', { capabilities: { allow_publish: 'true' } }],
    ['no capabilities', { capabilities: undefined }],
    ['another version', { version: '2.0' }],
  ])('may not have %s', async (_case, changes) => {
    const { emulator, tokenWith } = await runSigningStage();
    expect(emulator.live.verify(tokenWith(changes))).toMatchObject(malformed);
  });

  it('of a stage that is not there finds it deleted', async () => {
    const { emulator, tokenWith, stageArn } = await runSigningStage();
    expect(emulator.live.verify(tokenWith({ resource: `${stageArn}x` }))).toMatchObject({ code: 'STAGE_DELETED' });
  });

  it('expires', async () => {
    const { emulator, tokenWith, advance } = await runSigningStage();
    advance(3600_000);
    expect(emulator.live.verify(tokenWith())).toMatchObject({ status: 401, code: 'TOKEN_EXPIRED' });
  });

  it.each<[string, object]>([
    ['alg none', { alg: 'none' }],
    ['another alg', { alg: 'ES256' }],
    ['no kid', { kid: undefined }],
    ['a kid that is no string', { kid: 7 }],
    ['an unknown kid', { kid: 'arn:aws:ivs:us-east-1:000000000000:public-key/missing00000' }],
    ['another typ', { typ: 'at+jwt' }],
  ])('may not have %s in its header', async (_case, header) => {
    const { emulator, tokenWith } = await runSigningStage();
    expect(emulator.live.verify(tokenWith({}, header))).toMatchObject(malformed);
  });

  it('is refused when anything of it is changed, or somebody else signed it', async () => {
    const { emulator, tokenWith, claims, kid } = await runSigningStage();
    const [header = '', payload = '', signature = ''] = tokenWith().split('.');
    const { privateKey } = makeKeyPair();
    for (const token of [
      `${header}.${encode(claims({ jti: 'eve' }))}.${signature}`,
      `${header}.${payload}.${Buffer.from(signature, 'base64url').reverse().toString('base64url')}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${header}.${payload}.${signature}.x`,
      signJwt({ alg: 'ES384', typ: 'JWT', kid }, claims(), privateKey),
      '',
      'not a token',
      '...',
    ]) {
      expect(emulator.live.verify(token)).toMatchObject(malformed);
    }
  });

  it('cannot be signed with the public key as if it were a secret, nor an API token name a key', async () => {
    const { emulator, claims, kid, publicKeyMaterial } = await runSigningStage();
    const signHmac = (secret: string, header: object) => {
      const unsigned = `${encode(header)}.${encode(claims())}`;
      return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`;
    };
    const header = { alg: 'HS256', typ: 'JWT' };
    expect(emulator.live.verify(signHmac('known-to-the-test', header))).toHaveProperty('issuedBy', 'ivs-api');
    for (const forged of [
      signHmac(publicKeyMaterial, header),
      signHmac(publicKeyMaterial, { ...header, kid }),
      signHmac('known-to-the-test', { ...header, kid }),
      signHmac('known-to-the-test', { ...header, alg: 'ES384' }),
    ]) {
      expect(emulator.live.verify(forged)).toMatchObject(malformed);
    }
  });

  it('dies with its key, but who has joined stays', async () => {
    const { client, emulator, tokenWith, kid } = await runSigningStage();
    const token = tokenWith();
    const host = joinWith(emulator, token);
    await client.send(new DeletePublicKeyCommand({ arn: kid }));
    expect(emulator.live.verify(token)).toMatchObject(malformed);
    expect([host.ended, host.publish()]).toEqual([[], undefined]);
  });
});

describe('an exchange of tokens', () => {
  it('changes user, attributes, capabilities and expiry, and keeps the participant', async () => {
    const { client, emulator, tokenWith, stageArn } = await runSigningStage();
    const viewer = joinWith(emulator, tokenWith({ capabilities: { allow_subscribe: true } }));
    expect(viewer.publish()).toHaveProperty('code', 'TOKEN_NOT_ALLOWED');
    const exp = Date.parse('2026-01-01T02:00:00Z') / 1000;
    const changes = { user_id: 'countess', attributes: { role: 'moderator' }, exp };
    expect(viewer.exchange(tokenWith(changes))).toMatchObject({ canPublish: true, participantId: 'ada-1' });
    expect(viewer.publish()).toBeUndefined();
    expect(viewer.news[0]).toEqual({
      type: 'metadata-changed',
      participantId: 'ada-1',
      userId: 'countess',
      attributes: { role: 'moderator' },
      capabilities: ['publish', 'subscribe'],
      audioMuted: false,
      videoMuted: false,
    });
    const sessionId = emulator.stages()[0]?.activeSessionId;
    const ids = { stageArn, sessionId, participantId: 'ada-1' };
    const { participant } = await client.send(new GetParticipantCommand(ids));
    expect(participant).toMatchObject({ userId: 'countess', attributes: { role: 'moderator' } });
    const { events } = await client.send(new ListParticipantEventsCommand(ids));
    expect(events?.find(({ name }) => name === 'TOKEN_EXCHANGED')).toMatchObject({
      previousToken: {
        capabilities: ['SUBSCRIBE'],
        attributes: { role: 'host' },
        userId: 'ada',
        expirationTime: new Date('2026-01-01T01:00:00.000Z'),
      },
      newToken: { capabilities: ['PUBLISH', 'SUBSCRIBE'], userId: 'countess', expirationTime: new Date(exp * 1000) },
    });
  });

  it('that takes the right to publish away unpublishes at once', async () => {
    const { emulator, tokenWith } = await runSigningStage();
    const host = joinWith(emulator, tokenWith());
    host.publish();
    host.exchange(tokenWith({ capabilities: { allow_subscribe: true } }));
    expect(host.news.map(({ type }) => type)).toEqual(['published', 'unpublished', 'metadata-changed']);
    expect(host.participants).toMatchObject([{ publishing: false, capabilities: ['subscribe'] }]);
  });

  it('extends the life of a token that has expired meanwhile', async () => {
    const { emulator, tokenWith, advance } = await runSigningStage();
    const host = joinWith(emulator, tokenWith());
    advance(2 * 3600_000);
    const exp = Date.parse('2026-01-01T03:00:00Z') / 1000;
    expect(host.exchange(tokenWith({ exp }))).toHaveProperty('expiresAt', new Date(exp * 1000));
  });

  it('is refused for another participant, another stage, a bad token and API tokens', async () => {
    const { emulator, tokenWith, tokenFor } = await runSigningStage();
    const host = joinWith(emulator, tokenWith());
    const apiToken = await tokenFor();
    expect(host.exchange(tokenWith({ jti: 'eve' }))).toMatchObject({ status: 403, code: 'TOKEN_NOT_ALLOWED' });
    expect(host.exchange(apiToken)).toMatchObject({ status: 403, code: 'TOKEN_NOT_ALLOWED' });
    expect(host.exchange(tokenWith({ topic: 'another' }))).toMatchObject(malformed);
    expect(host.exchange('nonsense')).toMatchObject(malformed);
    const byApi = joinWith(emulator, apiToken);
    const ofTheSame = tokenWith({ jti: byApi.participantId });
    expect(byApi.exchange(ofTheSame)).toMatchObject({ status: 403, code: 'TOKEN_NOT_ALLOWED' });
    expect(host.participants[0]).toMatchObject({ userId: 'ada', capabilities: ['publish', 'subscribe'] });
    host.leave('user-initiated');
    expect(host.exchange(tokenWith())).toMatchObject({ status: 404, code: 'NOT_JOINED' });
  });
});
