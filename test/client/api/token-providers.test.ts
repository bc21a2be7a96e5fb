import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { StagedoorApiOptions } from '../../../client/api/stagedoor-api.ts';
import { config } from '../../../examples/own-page/config.ts';

// The sign-ins of the two pages of this repository, without a page, and with a Cognito that is the test.
const kept = new Map<string, string>();
const storage = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
};
const browserFetch = globalThis.fetch;
let askCognito: () => Promise<Response>;

const jwt = (claims: object) => `e30.${btoa(JSON.stringify(claims))}.`;
const expired = jwt({ exp: 1, iat: 0 });
const valid = jwt({ exp: 4_000_000_000, iat: 0 });
const fresh = jwt({ exp: 4_000_000_001, iat: 0 });
const prefix = `CognitoIdentityServiceProvider.${config.userPoolClientId}`;

beforeEach(() => {
  jest.useFakeTimers();
  Object.assign(globalThis, { window: { localStorage: storage }, localStorage: storage, fetch: () => askCognito() });
  kept.clear();
  kept.set(`${prefix}.LastAuthUser`, 'ada');
  for (const name of ['idToken', 'accessToken']) kept.set(`${prefix}.ada.${name}`, expired);
  kept.set(`${prefix}.ada.refreshToken`, 'refresh');
});
afterEach(() => {
  jest.useRealTimers();
  Object.assign(globalThis, { fetch: browserFetch });
  for (const name of ['window', 'localStorage']) Reflect.deleteProperty(globalThis, name);
});

type GetAccessToken = StagedoorApiOptions['getAccessToken'];

async function ofExample(): Promise<GetAccessToken> {
  return (await import('../../../examples/own-page/own-auth.ts')).getAccessToken;
}

async function ofWebPage(): Promise<GetAccessToken> {
  const { createCognitoAccount } = await import('../../../web/account/cognito-account.ts');
  return createCognitoAccount({ ...config, region: 'us-east-1', selfSignUp: false }).getAccessToken;
}

/** Of an expired token. Cognito is asked several times, for some seconds. */
async function ask(getAccessToken: GetAccessToken): Promise<unknown> {
  const asking = getAccessToken({ refresh: false }).catch((error: unknown) => error);
  await jest.advanceTimersByTimeAsync(10_000);
  return asking;
}

describe.each([
  ['the example', ofExample],
  ['the web page', ofWebPage],
])('the access token of %s', (_name, open) => {
  it('is kept, and another one when the API refused it', async () => {
    for (const name of ['idToken', 'accessToken']) kept.set(`${prefix}.ada.${name}`, valid);
    askCognito = async () => Response.json({ AuthenticationResult: { IdToken: fresh, AccessToken: fresh } });
    const getAccessToken = await open();
    expect(await getAccessToken({ refresh: false })).toBe(valid);
    expect(await getAccessToken({ refresh: true })).toBe(fresh);
  });

  it('is null when Cognito ended the sign-in', async () => {
    askCognito = async () => Response.json({ __type: 'NotAuthorizedException' }, { status: 400 });
    expect(await ask(await open())).toBeNull();
  });

  it.each([
    ['without a network', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['behind a proxy that answers itself', async () => new Response('<h1>Bad gateway</h1>', { status: 502 })],
    ['after an answer that broke off', async () => new Response('{"Authentic')],
  ])('is refused, and not null, %s', async (_when, answer) => {
    askCognito = answer;
    expect(await ask(await open())).toBeInstanceOf(Error);
  });
});

it('of the web page is null when nothing is kept of the sign-in', async () => {
  kept.delete(`${prefix}.ada.idToken`);
  expect(await ask(await ofWebPage())).toBeNull();
});
