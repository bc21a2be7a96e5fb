import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routes } from '../../lambdas/routes.ts';
import { claimsOf, expectNoSecretsIn, type LocalSystem, startLocalSystem, type User } from '../support/local-system.ts';

let system: LocalSystem;
let ada: User;
beforeAll(async () => {
  system = await startLocalSystem({ ivsQuotas: 'off' });
  ada = await system.signIn('ada');
});
afterAll(async () => {
  await system.close();
  expectNoSecretsIn(system.logLines, [ada.accessToken]);
});

const send = (path: string, init: RequestInit) => fetch(`${system.cloud.apiUrl}${path}`, init);
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const partsOf = (token: string) => token.split('.') as [string, string, string];
const headerOf = (token: string) =>
  JSON.parse(Buffer.from(partsOf(token)[0], 'base64url').toString()) as Record<string, unknown>;
const each = routes.map(({ method, path }) => ({ method, path: path.replace('{ownerId}', 'somebody') }));

/** Everything that is not a token this pool signed for this client and that is still good. */
const forgeries: Record<string, () => string> = {
  'no token': () => '',
  'no JWT': () => 'Bearer something',
  'alg none': () => `Bearer ${base64({ alg: 'none' })}.${partsOf(ada.accessToken)[1]}.`,
  'alg none in capitals': () =>
    `Bearer ${base64({ ...headerOf(ada.accessToken), alg: 'NONE' })}.${partsOf(ada.accessToken)[1]}.x`,
  'another claim': () => {
    const [header, , signature] = partsOf(ada.accessToken);
    return `Bearer ${header}.${base64({ ...claimsOf(ada.accessToken), sub: 'grace' })}.${signature}`;
  },
  'a key of the caller’s own': () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const header = { ...headerOf(ada.accessToken), jwk: publicKey.export({ format: 'jwk' }) };
    const text = `${base64(header)}.${partsOf(ada.accessToken)[1]}`;
    return `Bearer ${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
  },
  'the public key as a shared secret': () => {
    const text = `${base64({ ...headerOf(ada.accessToken), alg: 'HS256' })}.${partsOf(ada.accessToken)[1]}`;
    return `Bearer ${text}.${createHmac('sha256', 'public key').update(text).digest('base64url')}`;
  },
  'a foreign pool': () => foreign.accessToken,
};
let foreign: { accessToken: string };
beforeAll(async () => {
  const other = await startLocalSystem();
  foreign = { accessToken: `Bearer ${(await other.signIn('ada')).accessToken}` };
  await other.close();
}, 30_000);

describe.each(each)('$method $path', ({ method, path }) => {
  it.each(Object.keys(forgeries))('answers 401 to %s', async (name) => {
    const authorization = forgeries[name]?.() ?? '';
    const response = await send(path, { method, headers: { ...(authorization && { authorization }) } });
    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 401,
      body: { message: 'Unauthorized' },
    });
  });

  it('answers 401 to an ID token, which the gateway lets pass', async () => {
    const response = await send(path, { method, headers: { authorization: `Bearer ${ada.idToken}` } });
    expect({ status: response.status, code: ((await response.json()) as { code: string }).code }).toEqual({
      status: 401,
      code: 'UNAUTHENTICATED',
    });
  });
});

it('answers 401 on every route to a token that has expired', async () => {
  let aheadMs = 0;
  const later = await startLocalSystem({ now: () => Date.now() + aheadMs });
  const { accessToken } = await later.signIn('ada');
  const statuses = async () => {
    const headers = { authorization: `Bearer ${accessToken}` };
    const answers = each.map(({ method, path }) => fetch(`${later.cloud.apiUrl}${path}`, { method, headers }));
    return (await Promise.all(answers)).map(({ status }) => status);
  };
  aheadMs = 3_590_000;
  expect(await statuses()).not.toContain(401);
  aheadMs = 3_700_000;
  expect(await statuses()).toEqual(each.map(() => 401));
  await later.close();
}, 30_000);

it('answers a malformed body with a 400 that names the field', async () => {
  const answer = await ada.post(`/stages/${ada.userId}/tokens`, { capabilities: ['DANCE'] });
  expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  expect(answer.body.detail).toMatch(/^capabilities\[0\] must be one of PUBLISH_AUDIO.*got "DANCE"$/);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
});
