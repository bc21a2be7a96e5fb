import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ParticipantToken } from '../../contract/stages.ts';
import { isRefusal, type Presence } from '../../local/ivs/index.ts';
import {
  type Answer,
  eventually,
  expectNoSecretsIn,
  type LocalSystem,
  startLocalSystem,
  type User,
} from '../support/local-system.ts';

const MINUTE_MS = 60_000;
const MOST_OF_A_FIRST_TOKEN_MS = 10_000;

let system: LocalSystem;
let ada: User;
let grace: User;
let readyAt: number;
/** As if what they note now had happened earlier; functions go by the machine's clock. */
let servicesRunBehindMs = 0;
const secrets: string[] = [];

beforeAll(async () => {
  system = await startLocalSystem({ ivsQuotas: 'off', now: () => Date.now() - servicesRunBehindMs });
  readyAt = Date.now();
  ada = await system.signIn('ada');
  grace = await system.signIn('grace');
}, 60_000);
afterAll(async () => {
  await system.close();
  expectNoSecretsIn(system.logLines, [...secrets, 'PRIVATE KEY']);
  expect(system.denials).toEqual([]);
});

const ask = async (user: User, body?: object): Promise<Answer<ParticipantToken>> => {
  const answer = await user.post(`/stages/${ada.userId}/tokens`, body);
  secrets.push(answer.body.token);
  return answer;
};
const exchange = async (user: User, token: string, rest: object = {}): Promise<Answer<ParticipantToken>> => {
  const answer = await user.post(`/stages/${ada.userId}/tokens/exchange`, { token, ...rest });
  if (answer.body.token) secrets.push(answer.body.token);
  return answer;
};
function join(token: string): Presence {
  const { live } = system.cloud.ivs;
  const admission = live.verify(token);
  const presence = isRefusal(admission) ? admission : live.join(admission, { end: () => undefined });
  if (isRefusal(presence)) throw new Error(presence.code);
  return presence;
}
const keyOf = (token: string) =>
  (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid?: string }).kid;
const publicKeys = () => (system.cloud.ivs.snapshot().publicKeys ?? []).map(({ arn }) => arn);
const rotate = () => system.cloud.rotateSecret(String(system.cloud.outputs.SigningSecretArn));

describe('a token signed with the key pair', () => {
  it('is there within ten seconds of a fresh start', async () => {
    await eventually(async () => (await ask(grace)).body.issuedBy === 'key-pair');
    expect(Date.now() - readyAt).toBeLessThan(MOST_OF_A_FIRST_TOKEN_MS);
  }, 30_000);

  it('lets its holder join, with the signed attributes', async () => {
    const { status, body } = await ask(ada);
    expect(status).toBe(201);
    const presence = join(body.token);
    expect(presence.participants).toEqual([
      expect.objectContaining({
        participantId: body.participantId,
        userId: ada.userId,
        attributes: {
          name: 'Ada',
          role: 'host',
          capabilities: 'PUBLISH_AUDIO,PUBLISH_VIDEO,SUBSCRIBE_AUDIO,SUBSCRIBE_VIDEO',
        },
      }),
    ]);
    presence.leave('user-initiated');
  });

  it('takes one DynamoDB call and no call to IVS when the function is warm', async () => {
    await ask(grace);
    const { dynamoDb, ivs } = system.cloud;
    const before = [dynamoDb.calls.length, ivs.calls.length] as const;
    await ask(grace);
    expect(dynamoDb.calls.slice(before[0]).map(({ operation }) => operation)).toEqual(['BatchGetItem']);
    expect(ivs.calls.slice(before[1])).toEqual([]);
  });
});

describe('an exchange', () => {
  it('takes the right to publish away from a joined host and gives it back, without a reconnect', async () => {
    const { body } = await ask(ada);
    const presence = join(body.token);
    expect(presence.publish()).toBeUndefined();
    const lowered = await exchange(ada, body.token, { capabilities: ['SUBSCRIBE_VIDEO'] });
    expect(lowered).toMatchObject({ status: 200, body: { participantId: body.participantId } });
    expect(presence.exchange(lowered.body.token)).toMatchObject({ canPublish: false });
    expect(presence.participants[0]).toMatchObject({ publishing: false, capabilities: ['subscribe'] });
    const raised = await exchange(ada, lowered.body.token, { capabilities: ['PUBLISH_VIDEO', 'SUBSCRIBE_VIDEO'] });
    expect(presence.exchange(raised.body.token)).toMatchObject({ canPublish: true });
    expect(presence.publish()).toBeUndefined();
    presence.leave('user-initiated');
  });

  it("is refused for another user's token, and for more than the role allows", async () => {
    const [host, viewer] = [await ask(ada), await ask(grace)];
    expect(await exchange(grace, host.body.token)).toMatchObject({ status: 403, body: { code: 'TOKEN_REFUSED' } });
    expect(await exchange(grace, viewer.body.token, { capabilities: ['PUBLISH_AUDIO'] })).toMatchObject({
      status: 403,
      body: { code: 'CAPABILITY_NOT_ALLOWED' },
    });
  });

  it('is not for tokens that IVS made', async () => {
    await system.cleanUp({ time: new Date(Date.now() + 31 * 86_400_000).toISOString() });
    const token = (await grace.put('/me/stage')).body.participantTokens[grace.userId]?.token ?? '';
    expect(token).not.toBe('');
    secrets.push(token);
    expect(await grace.post(`/stages/${grace.userId}/tokens/exchange`, { token })).toMatchObject({
      status: 409,
      body: { code: 'EXCHANGE_NOT_SUPPORTED' },
    });
  }, 30_000);
});

describe('a rotation', () => {
  it('leaves tokens of the old key good, and goes on with it until every part of IVS knows the new one', async () => {
    const [oldKey] = publicKeys();
    const { body } = await ask(ada);
    await rotate();
    expect(publicKeys()).toHaveLength(2);
    join(body.token).leave('user-initiated');
    expect(keyOf((await ask(ada)).body.token)).toBe(oldKey);
    expect(await exchange(ada, body.token)).toMatchObject({ status: 200 });
    expect(await system.cleanUp({})).toMatchObject({ signingKeys: { kept: 2, deleted: 0, failed: 0 } });
  }, 30_000);

  it('retires keys once the last token of theirs has run out', async () => {
    const before = publicKeys();
    servicesRunBehindMs = 76 * MINUTE_MS;
    await rotate();
    servicesRunBehindMs = 0;
    const [current] = publicKeys().filter((arn) => !before.includes(arn));
    expect(await system.cleanUp({ dryRun: true })).toMatchObject({ signingKeys: { kept: 1, deleted: 2 } });
    expect(await system.cleanUp({})).toMatchObject({ signingKeys: { kept: 1, deleted: 2, failed: 0 } });
    expect(publicKeys()).toEqual([current]);
  }, 30_000);
});
