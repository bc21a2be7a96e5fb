import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { until } from './pages.ts';
import { openPerson, type Person } from './person.ts';
import { type RunningStagedoor, runStagedoor } from './run-stagedoor.ts';
import { watchDevices } from './watch-devices.ts';

// Starting browsers takes its time, on a busy machine above all.
jest.setTimeout(90_000);

let stagedoor: RunningStagedoor;
let person: Person;

beforeAll(async () => {
  stagedoor = await runStagedoor();
  person = await openPerson(stagedoor);
});
beforeEach(async () => {
  await person.open('#/');
  await person.page.getByLabel('User name').waitFor();
});
afterAll(() => stagedoor.close());

/** What the browser keeps of a sign-in, by names as `ada.refreshToken`. */
async function kept({ page }: Person): Promise<ReadonlyMap<string, string>> {
  const all = await page.evaluate(() => Object.entries(localStorage) as [string, string][]);
  return new Map(all.map(([key, value]) => [key.split('.').slice(2).join('.'), value]));
}

async function callCognito(operation: string, request: object): Promise<Response> {
  const { CognitoEndpoint, UserPoolClientId: ClientId } = stagedoor.cloud.outputs;
  return fetch(String(CognitoEndpoint), {
    method: 'POST',
    headers: { 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}` },
    body: JSON.stringify({ ClientId, ...request }),
  });
}

async function isUsable(refreshToken: string | undefined): Promise<boolean> {
  const AuthParameters = { REFRESH_TOKEN: refreshToken };
  const { status } = await callCognito('InitiateAuth', { AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters });
  return status === 200;
}

function isRevoked(refreshToken: string | undefined): Promise<unknown> {
  return until(
    () => isUsable(refreshToken),
    (usable) => !usable,
  );
}

function latestCode(): string {
  return stagedoor.cloud.cognito.outbox.at(-1)?.code ?? '';
}

describe('who signs out', () => {
  it('is signed out at once, while Cognito does not answer', async () => {
    const devices = await watchDevices(person);
    await person.signIn('ada');
    await person.openMyStage();
    await person.goLive();
    await person.page.route(`${stagedoor.cloud.outputs.CognitoEndpoint}/**`, () => {});
    await person.press('Sign out');
    await person.page.getByLabel('User name').waitFor();
    expect(await person.page.getByText('Your sign-in has expired').count()).toBe(0);
    expect([...(await kept(person)).keys()]).toEqual([]);
    expect(await devices.on()).toEqual([]);
    await person.page.reload();
    await person.page.getByLabel('User name').waitFor();
    await person.page.unrouteAll();
  });

  it('leaves no refresh token that works', async () => {
    await person.signIn('ada');
    const refreshToken = (await kept(person)).get('ada.refreshToken');
    expect(await isUsable(refreshToken)).toBe(true);
    await person.press('Sign out');
    await isRevoked(refreshToken);
    expect(stagedoor.complaints).toEqual([]);
  });

  it('is signed out in other tabs as well', async () => {
    const other = await person.openTab();
    await person.signIn('ada');
    await other.page.reload();
    await other.press('Sign out');
    await person.page.getByLabel('User name').waitFor();
    await other.page.close();
    expect(stagedoor.complaints).toEqual([]);
  });
});

describe('who signs in where somebody else has', () => {
  it('takes their place in every tab, and ends their tokens', async () => {
    const other = await person.openTab();
    await person.signIn('ada');
    const adas = (await kept(person)).get('ada.refreshToken');
    await other.signIn('grace');
    await person.page.getByLabel('User name').waitFor();
    await isRevoked(adas);
    const names = [...(await kept(other)).keys()];
    expect(names.filter((name) => name.startsWith('ada'))).toEqual([]);
    expect(names).toContain('grace.refreshToken');
    // Not signed out by the tab whose user she replaced.
    await other.page.reload();
    await other.press('Sign out');
    expect([...(await kept(other)).keys()]).toEqual([]);
    await other.page.close();
    expect(stagedoor.complaints).toEqual([]);
  });
});

describe('a code by e-mail', () => {
  it('lets who forgot the password set another, and sign in with it', async () => {
    await person.press('Forgot your password?');
    await person.fillIn('User name', 'mod');
    await person.press('Send a code');
    await person.reads('the terminal with npm start prints the code');
    await person.fillIn('Code', '000000');
    await person.fillIn('New password', 'Stage-door-2');
    await person.press('Set and sign in');
    await person.reads('The code is not right');
    await person.fillIn('Code', latestCode());
    await person.press('Set and sign in');
    await person.press('Sign out');
    await person.signIn('mod', 'Stage-door-2');
    await person.press('Sign out');
  });

  it('is sent again to who makes an account', async () => {
    await person.press('New here? Make an account');
    await person.fillIn('User name', 'linus');
    await person.fillIn('Display name', 'Linus T.');
    await person.fillIn('E-mail address', 'linus@example.com');
    await person.fillIn('Password', 'Stage-door-1');
    await person.press('Make an account');
    await person.reads('Confirm your account');
    const first = latestCode();
    await person.press('Send a new code');
    await person.reads('A new code is on its way.');
    expect(latestCode()).not.toBe(first);
    await person.fillIn('Code', latestCode());
    await person.press('Confirm and sign in');
    await person.press('Sign out');
  });
});
