import {
  AdminCreateUserCommand,
  AdminDisableUserCommand,
  type CognitoIdentityProviderClient,
  GetUserCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  RevokeTokenCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import type { Cognito } from '../../../../local/cloud/cognito/index.ts';
import { signInBySrp } from '../../../support/sign-in-by-srp.ts';
import { CLIENT_ID, DEFINITION, PASSWORD, startTestPool, type TestPoolOptions } from './start-test-pool.ts';

let running: Awaited<ReturnType<typeof startTestPool>>;

async function start(options: TestPoolOptions = {}) {
  running = await startTestPool(options);
  return running;
}

afterEach(() => running.close());

function signIn(client: CognitoIdentityProviderClient, userName = 'ada', password = PASSWORD) {
  const AuthParameters = { USERNAME: userName, PASSWORD: password };
  return client.send(new InitiateAuthCommand({ AuthFlow: 'USER_PASSWORD_AUTH', ClientId: CLIENT_ID, AuthParameters }));
}

function refresh(client: CognitoIdentityProviderClient, token: string | undefined) {
  const AuthParameters = { REFRESH_TOKEN: String(token) };
  return client.send(new InitiateAuthCommand({ AuthFlow: 'REFRESH_TOKEN_AUTH', ClientId: CLIENT_ID, AuthParameters }));
}

const poolOf = ({ url }: Cognito) => ({ endpoint: url, pool: DEFINITION.id, client: CLIENT_ID });

describe('signing in by password', () => {
  it('gives an access token with the claims of Cognito, verifiable by the keys of its issuer', async () => {
    const { client, cognito } = await start({ now: () => Date.parse('2026-03-01T12:00:00Z') });
    const { AuthenticationResult: result } = await signIn(client);
    expect(result).toMatchObject({ TokenType: 'Bearer', ExpiresIn: 3_600 });
    const keys = createRemoteJWKSet(new URL(`${cognito.issuer}/.well-known/jwks.json`));
    const options = { issuer: cognito.issuer, currentDate: new Date('2026-03-01T12:59:59Z') };
    const { payload } = await jwtVerify(String(result?.AccessToken), keys, options);
    expect(payload).toMatchObject({
      username: 'ada',
      client_id: CLIENT_ID,
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin',
      'cognito:groups': ['moderators'],
    });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(3_600);
    expect(payload).not.toHaveProperty('email');
  });

  it('gives an ID token with the attributes, the client as audience and its own life', async () => {
    const { client } = await start();
    const { AuthenticationResult: result } = await signIn(client);
    const claims = decodeJwt(String(result?.IdToken));
    expect(claims).toMatchObject({ token_use: 'id', aud: CLIENT_ID, 'cognito:username': 'ada', email_verified: false });
    expect(claims).toMatchObject({ email: 'ada@example.com', preferred_username: 'Ada' });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(1_800);
  });

  it('says the same of a wrong password, an unknown user and a name of every object', async () => {
    const { client } = await start();
    const attempts = [signIn(client, 'ada', 'Wrong-pass-1'), signIn(client, 'nobody'), signIn(client, 'constructor')];
    const refusal = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' };
    for (const attempt of attempts) await expect(attempt).rejects.toMatchObject(refusal);
  });

  it('refuses a disabled user, at a refresh too', async () => {
    const { client } = await start();
    const { AuthenticationResult: result } = await signIn(client);
    await client.send(new AdminDisableUserCommand({ UserPoolId: DEFINITION.id, Username: 'ada' }));
    const refusal = { name: 'NotAuthorizedException', message: 'User is disabled.' };
    await expect(signIn(client)).rejects.toMatchObject(refusal);
    await expect(refresh(client, result?.RefreshToken)).rejects.toMatchObject(refusal);
  });

  it('refuses a flow that the client does not have, and a client that the pool does not have', async () => {
    const { client } = await start();
    const AuthParameters = { USERNAME: 'ada', PASSWORD };
    const request = { AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters } as const;
    const withClient = (ClientId: string) => client.send(new InitiateAuthCommand({ ...request, ClientId }));
    await expect(withClient('srp-only')).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'USER_PASSWORD_AUTH flow not enabled for this client',
    });
    await expect(withClient('stranger')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('finds a user whatever the case when the pool is not case sensitive', async () => {
    const { client } = await start({ definition: { caseSensitive: false } });
    const { AuthenticationResult: result } = await signIn(client, 'ADA');
    expect(decodeJwt(String(result?.AccessToken))).toMatchObject({ username: 'ada' });
  });

  it('asks a user of an administrator for a new password, and calls PostAuthentication once for it', async () => {
    const { client, events } = await start();
    const created = {
      UserPoolId: DEFINITION.id,
      Username: 'eve',
      TemporaryPassword: 'Temporary-1',
      MessageAction: 'SUPPRESS',
    } as const;
    await client.send(new AdminCreateUserCommand(created));
    const { ChallengeName, Session } = await signIn(client, 'eve', 'Temporary-1');
    expect(ChallengeName).toBe('NEW_PASSWORD_REQUIRED');
    expect(events).toEqual([]);
    const answer = (NEW_PASSWORD: string) =>
      client.send(
        new RespondToAuthChallengeCommand({
          ClientId: CLIENT_ID,
          ChallengeName: 'NEW_PASSWORD_REQUIRED',
          ChallengeResponses: { USERNAME: 'eve', NEW_PASSWORD },
          Session,
        }),
      );
    await expect(answer('weak')).rejects.toMatchObject({ name: 'InvalidPasswordException' });
    await expect(answer(PASSWORD)).resolves.toHaveProperty('AuthenticationResult.AccessToken');
    expect(events).toHaveLength(1);
    await expect(answer(PASSWORD)).rejects.toMatchObject({ message: 'Invalid session for the user.' });
    await expect(signIn(client, 'eve')).resolves.toHaveProperty('AuthenticationResult.AccessToken');
  });
});

describe('signing in by SRP, with the client that browsers use', () => {
  it('works repeatedly and calls PostAuthentication once for each sign-in', async () => {
    const { cognito, events } = await start();
    // Once in a few tries a value starts with a zero, or with a bit that needs padding.
    const sessions = await signInBySrp({ ...poolOf(cognito), user: 'ada', password: PASSWORD, times: 8 });
    expect(sessions).toEqual(Array(8).fill(expect.objectContaining({ username: 'ada', token_use: 'access' })));
    expect(events).toHaveLength(8);
  }, 20_000);

  it('says the same of a wrong password and an unknown user', async () => {
    const { cognito, events } = await start();
    const refusal = { name: 'NotAuthorizedException', message: 'Incorrect username or password.' };
    await expect(signInBySrp({ ...poolOf(cognito), user: 'ada', password: 'Wrong-pass-1' })).resolves.toEqual([
      refusal,
    ]);
    await expect(signInBySrp({ ...poolOf(cognito), user: 'nobody', password: PASSWORD })).resolves.toEqual([refusal]);
    expect(events).toEqual([]);
  }, 20_000);

  it('works whatever the case when the pool is not case sensitive', async () => {
    const { cognito } = await start({ definition: { caseSensitive: false } });
    const sessions = await signInBySrp({ ...poolOf(cognito), user: 'Ada', password: PASSWORD });
    expect(sessions).toMatchObject([{ username: 'ada' }]);
  }, 20_000);

  it.each(['0', '', 'zz'])('refuses the public value %p, which would open every account', async (SRP_A) => {
    const { client } = await start();
    const AuthParameters = { USERNAME: 'ada', SRP_A };
    const attempt = client.send(
      new InitiateAuthCommand({ AuthFlow: 'USER_SRP_AUTH', ClientId: CLIENT_ID, AuthParameters }),
    );
    await expect(attempt).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });
});

describe('a challenge', () => {
  const respond = (client: CognitoIdentityProviderClient, answer: object) =>
    client.send(
      new RespondToAuthChallengeCommand({ ClientId: CLIENT_ID, ChallengeName: 'NEW_PASSWORD_REQUIRED', ...answer }),
    );
  const refusal = { name: 'NotAuthorizedException', message: 'Invalid session for the user.' };

  it('to prove the password is not answered by a new password', async () => {
    const { client } = await start();
    const AuthParameters = { USERNAME: 'ada', SRP_A: 'abcd' };
    const begun = await client.send(
      new InitiateAuthCommand({ AuthFlow: 'USER_SRP_AUTH', ClientId: CLIENT_ID, AuthParameters }),
    );
    const Session = begun.ChallengeParameters?.SECRET_BLOCK;
    const ChallengeResponses = { USERNAME: 'ada', NEW_PASSWORD: 'Taken-over-1' };
    await expect(respond(client, { Session, ChallengeResponses })).rejects.toMatchObject(refusal);
    await expect(signIn(client)).resolves.toHaveProperty('AuthenticationResult.AccessToken');
  });

  it('is the user’s who began the sign-in', async () => {
    const { client } = await start();
    await client.send(
      new AdminCreateUserCommand({
        UserPoolId: DEFINITION.id,
        Username: 'eve',
        TemporaryPassword: 'Temporary-1',
        MessageAction: 'SUPPRESS',
      }),
    );
    for (const USERNAME of ['ada', 'nobody']) {
      const { Session } = await signIn(client, 'eve', 'Temporary-1');
      const ChallengeResponses = { USERNAME, NEW_PASSWORD: PASSWORD };
      await expect(respond(client, { Session, ChallengeResponses })).rejects.toMatchObject(refusal);
    }
    const { Session } = await signIn(client, 'eve', 'Temporary-1');
    await expect(respond(client, { Session, ChallengeResponses: { NEW_PASSWORD: PASSWORD } })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Missing required parameter USERNAME',
    });
  });
});

describe('tokens', () => {
  it('are renewed by the refresh token without calling PostAuthentication', async () => {
    const { client, events } = await start();
    const { AuthenticationResult: first } = await signIn(client);
    const { AuthenticationResult: second } = await refresh(client, first?.RefreshToken);
    expect(decodeJwt(String(second?.AccessToken))).toMatchObject({ username: 'ada', 'cognito:groups': ['moderators'] });
    expect(second?.RefreshToken).toBeUndefined();
    expect(events).toHaveLength(1);
  });

  it('are told apart: no access token is a refresh token, no refresh token an access token', async () => {
    const { client } = await start();
    const { AuthenticationResult: result } = await signIn(client);
    await expect(refresh(client, result?.AccessToken)).rejects.toMatchObject({ name: 'NotAuthorizedException' });
    const getUser = (AccessToken: string | undefined) => client.send(new GetUserCommand({ AccessToken }));
    await expect(getUser(result?.RefreshToken)).rejects.toMatchObject({ name: 'NotAuthorizedException' });
    await expect(getUser(result?.IdToken)).rejects.toMatchObject({ name: 'NotAuthorizedException' });
    await expect(getUser(result?.AccessToken)).resolves.toMatchObject({ Username: 'ada' });
  });

  it('end with the sign-in that a page revokes, and with it only', async () => {
    const { client } = await start();
    const [revoked, other] = [await signIn(client), await signIn(client)].map((answer) => answer.AuthenticationResult);
    const renewed = (await refresh(client, revoked?.RefreshToken)).AuthenticationResult;
    const revoke = { ClientId: CLIENT_ID, Token: String(revoked?.RefreshToken) };
    await client.send(new RevokeTokenCommand(revoke));
    await expect(refresh(client, revoke.Token)).rejects.toThrow('Refresh Token has been revoked');
    for (const tokens of [revoked, renewed]) {
      const attempt = client.send(new GetUserCommand({ AccessToken: tokens?.AccessToken }));
      await expect(attempt).rejects.toThrow('Access Token has been revoked');
    }
    await client.send(new GetUserCommand({ AccessToken: other?.AccessToken }));
    await refresh(client, other?.RefreshToken);
    await client.send(new RevokeTokenCommand(revoke));
  });

  it('of another instance are refused, because every instance signs with a key of its own', async () => {
    const { client } = await start();
    const other = await startTestPool();
    const { AuthenticationResult: foreign } = await signIn(other.client);
    await other.close();
    const attempt = client.send(new GetUserCommand({ AccessToken: foreign?.AccessToken }));
    await expect(attempt).rejects.toMatchObject({ name: 'NotAuthorizedException' });
  });
});
