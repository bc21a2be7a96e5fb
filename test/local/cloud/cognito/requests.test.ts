import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CLIENT_ID, DEFINITION, PASSWORD, startTestPool } from './start-test-pool.ts';

let running: Awaited<ReturnType<typeof startTestPool>>;

beforeAll(async () => {
  running = await startTestPool();
});
afterAll(() => running.close());

const ADMINISTRATOR = [
  ['AdminSetUserPassword', { Username: 'ada', Password: 'Taken-over-1', Permanent: true }],
  ['AdminAddUserToGroup', { Username: 'ada', GroupName: 'staff' }],
  ['AdminGetUser', { Username: 'ada' }],
  ['ListUsers', {}],
  ['ListGroups', {}],
] as const;

/** As the SDKs sign; nobody verifies the signature. */
const SIGNED = {
  authorization: 'AWS4-HMAC-SHA256 Credential=operator/20260301/us-east-1/cognito-idp/aws4_request, Signature=0',
};
const SIGN_UP = { ClientId: CLIENT_ID, Username: 'bob', Password: PASSWORD };
const SIGN_IN = { ClientId: CLIENT_ID, AuthFlow: 'USER_PASSWORD_AUTH' };

const PUBLIC = ['InitiateAuth', 'RespondToAuthChallenge', 'SignUp', 'ConfirmSignUp', 'GetUser', 'RevokeToken'];

async function call(operation: string, input: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(running.cognito.url, {
    method: 'POST',
    body: JSON.stringify(input),
    headers: { 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`, ...headers },
  });
  const { __type: type, message } = (await response.json()) as { __type?: string; message?: string };
  return { status: response.status, type, message, headers: response.headers };
}

describe('an administrator’s operation', () => {
  it.each(ADMINISTRATOR)('%s needs a signature', async (operation, input) => {
    const refusal = { status: 400, type: 'MissingAuthenticationTokenException' };
    expect(await call(operation, input)).toMatchObject(refusal);
    expect(await call(operation, { ...input, UserPoolId: DEFINITION.id })).toMatchObject(refusal);
  });

  it.each(ADMINISTRATOR)('%s needs the pool', async (operation, input) => {
    const refusal = { status: 400, type: 'InvalidParameterException' };
    expect(await call(operation, input, SIGNED)).toMatchObject(refusal);
    expect(await call(operation, { ...input, UserPoolId: null }, SIGNED)).toMatchObject(refusal);
  });

  it('is no page’s to call: neither it nor its signature passes CORS', async () => {
    const answer = await call('ListUsers', { UserPoolId: DEFINITION.id }, SIGNED);
    expect(answer.status).toBe(200);
    expect(answer.headers.has('access-control-allow-origin')).toBe(false);
    const preflight = await fetch(running.cognito.url, { method: 'OPTIONS', headers: { origin: 'http://elsewhere' } });
    expect(preflight.headers.get('access-control-allow-headers')).not.toMatch(/authorization|\*/);
  });
});

describe('a request', () => {
  it.each([
    ['SignUp', { ...SIGN_UP, UserAttributes: 5 }],
    ['SignUp', { ...SIGN_UP, UserAttributes: [null] }],
    ['SignUp', { ...SIGN_UP, UserAttributes: [{ Name: ['sub'], Value: 'another’s' }] }],
    ['SignUp', { ...SIGN_UP, UserAttributes: [{ Name: 'email', Value: { a: 1 } }] }],
    ['SignUp', { ...SIGN_UP, Username: { toString: 1 } }],
    ['SignUp', { ...SIGN_UP, Password: [PASSWORD] }],
    ['SignUp', { ...SIGN_UP, ClientId: [CLIENT_ID] }],
    ['ConfirmSignUp', { ClientId: CLIENT_ID, Username: 'ada', ConfirmationCode: 0 }],
    ['InitiateAuth', { ...SIGN_IN, AuthParameters: 'USERNAME' }],
    ['InitiateAuth', { ...SIGN_IN, AuthParameters: { USERNAME: 'ada', PASSWORD: [PASSWORD] } }],
    ['RespondToAuthChallenge', { ClientId: CLIENT_ID, ChallengeResponses: [] }],
    ['InitiateAuth', { ...SIGN_IN, ClientMetadata: 'text' }],
    ['GetUser', { AccessToken: 1 }],
    ['SignUp', [SIGN_UP]],
    ['SignUp', null],
  ])('for %s is refused when a member has the wrong type: %j', async (operation, input) => {
    expect(await call(operation, input)).toMatchObject({ status: 400, type: 'SerializationException' });
  });

  it('is refused without what it needs, never answered by a failure of the emulation', async () => {
    const pool = { UserPoolId: DEFINITION.id };
    const users = [
      'AddUserToGroup',
      'ConfirmSignUp',
      'CreateUser',
      'DeleteUser',
      'DisableUser',
      'EnableUser',
      'GetUser',
    ];
    const more = ['ListGroupsForUser', 'RemoveUserFromGroup', 'SetUserPassword', 'UpdateUserAttributes'];
    const administrator = [...users, ...more].map((name) => `Admin${name}`);
    for (const operation of PUBLIC) {
      expect([operation, (await call(operation, {})).status]).toEqual([operation, 400]);
      expect([operation, (await call(operation, { ClientId: CLIENT_ID })).status]).toEqual([operation, 400]);
    }
    for (const operation of [...administrator, 'ListUsersInGroup']) {
      expect([operation, (await call(operation, pool, SIGNED)).status]).toEqual([operation, 400]);
    }
    const withoutAttributes = await call('AdminUpdateUserAttributes', { ...pool, Username: 'ada' }, SIGNED);
    expect(withoutAttributes).toMatchObject({ status: 400, type: 'InvalidParameterException' });
  });

  it('may be 64 KB', async () => {
    const tooLarge = { ...SIGN_IN, ClientId: 'x'.repeat(65_536) };
    const refusal = { status: 413, type: 'RequestEntityTooLargeException' };
    expect(await call('InitiateAuth', tooLarge)).toMatchObject(refusal);
  });

  it('of SRP may have a public value of 1,024 digits', async () => {
    const startSrp = (SRP_A: string) =>
      call('InitiateAuth', {
        ClientId: CLIENT_ID,
        AuthFlow: 'USER_SRP_AUTH',
        AuthParameters: { USERNAME: 'ada', SRP_A },
      });
    expect((await startSrp('a'.repeat(1_024))).status).toBe(200);
    expect(await startSrp('a'.repeat(1_025))).toMatchObject({ status: 400, type: 'InvalidParameterException' });
  });
});
