import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  AdminAddUserToGroupCommand,
  AdminConfirmSignUpCommand,
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  ChangePasswordCommand,
  type CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  InitiateAuthCommand,
  ListUsersCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import { CLIENT_ID, DEFINITION, PASSWORD, startTestPool, type TestPoolOptions } from './start-test-pool.ts';

let running: Awaited<ReturnType<typeof startTestPool>>;
const pool = { UserPoolId: DEFINITION.id };

async function start(options: TestPoolOptions = {}) {
  running = await startTestPool(options);
  return running;
}

afterEach(() => running.close());

function signUp(
  client: CognitoIdentityProviderClient,
  {
    userName = 'bob',
    password = PASSWORD,
    attributes = { email: 'b@example.com' },
  }: { userName?: string; password?: string; attributes?: Readonly<Record<string, string>> } = {},
) {
  const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
  return client.send(
    new SignUpCommand({ ClientId: CLIENT_ID, Username: userName, Password: password, UserAttributes }),
  );
}

function signIn(client: CognitoIdentityProviderClient, userName: string, password = PASSWORD) {
  const AuthParameters = { USERNAME: userName, PASSWORD: password };
  return client.send(new InitiateAuthCommand({ AuthFlow: 'USER_PASSWORD_AUTH', ClientId: CLIENT_ID, AuthParameters }));
}

describe('a self-registered user', () => {
  it('signs in after confirming with the code that the console shows', async () => {
    const { client, cognito, events, lines } = await start({ newCode: () => '123456' });
    await signUp(client);
    expect(lines).toEqual(['confirmation code for bob: 123456']);
    expect(cognito.outbox).toMatchObject([{ source: 'SignUp', userName: 'bob', code: '123456' }]);
    await expect(signIn(client, 'bob')).rejects.toMatchObject({ name: 'UserNotConfirmedException' });
    const confirm = (ConfirmationCode: string) =>
      client.send(new ConfirmSignUpCommand({ ClientId: CLIENT_ID, Username: 'bob', ConfirmationCode }));
    await expect(confirm('000000')).rejects.toMatchObject({ name: 'CodeMismatchException' });
    await confirm('123456');
    await signIn(client, 'bob');
    expect(events.map(({ triggerSource, userName }) => [triggerSource, userName])).toEqual([
      ['PostConfirmation_ConfirmSignUp', 'bob'],
      ['PostAuthentication_Authentication', 'bob'],
    ]);
  });

  it('is confirmed by an administrator too, and a failing PostConfirmation shows', async () => {
    const { client } = await start({ answerTrigger: () => ({ error: { errorType: 'Error', errorMessage: 'boom' } }) });
    await signUp(client);
    await expect(client.send(new AdminConfirmSignUpCommand({ ...pool, Username: 'bob' }))).rejects.toMatchObject({
      name: 'UserLambdaValidationException',
      message: 'PostConfirmation failed with error boom.',
    });
  });

  it('needs a password of the policy, the required attributes and a name of their own', async () => {
    const { client } = await start();
    const refused = (change: object, name: string) =>
      expect(signUp(client, { userName: 'new', ...change })).rejects.toMatchObject({ name });
    for (const password of ['Short-1', 'no-upper-1', 'NO-LOWER-1', 'No-number-', 'NoSymbol11']) {
      await refused({ password }, 'InvalidPasswordException');
    }
    await refused({ attributes: {} }, 'InvalidParameterException');
    await refused({ attributes: { email: 'b@example.com', sub: 'chosen' } }, 'InvalidParameterException');
    await refused({ userName: 'ada' }, 'UsernameExistsException');
    for (const userName of ['two words', '', 'x'.repeat(129)]) await refused({ userName }, 'InvalidParameterException');
  });

  it('chooses standard attributes only, none that says something about others’ trust in them', async () => {
    const { client } = await start();
    const attributes = { email: 'b@example.com', preferred_username: 'Bob', locale: 'en' };
    const refused = (change: object, name: string) =>
      expect(signUp(client, { attributes: { ...attributes, ...change } })).rejects.toMatchObject({ name });
    for (const forbidden of ['email_verified', 'phone_number_verified', 'identities']) {
      await refused({ [forbidden]: 'true' }, 'NotAuthorizedException');
    }
    for (const unknown of ['cognito:groups', 'custom:role', 'token_use', 'client_id', '__proto__', 'Email']) {
      await refused(Object.fromEntries([[unknown, 'x']]), 'InvalidParameterException');
    }
    await refused({ preferred_username: 'x'.repeat(2_049) }, 'InvalidParameterException');
    await signUp(client, { attributes: { ...attributes, preferred_username: 'x'.repeat(2_048) } });
  });

  it('comes through a client of the pool', async () => {
    const { client } = await start({ newCode: () => '123456' });
    await signUp(client);
    const request = { ClientId: 'stranger', Username: 'bob' };
    const attempts = [
      client.send(new SignUpCommand({ ...request, Password: PASSWORD })),
      client.send(new ConfirmSignUpCommand({ ...request, ConfirmationCode: '123456' })),
    ];
    for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('takes no name that differs by case alone when the pool is not case sensitive', async () => {
    const { client, cognito } = await start({ definition: { caseSensitive: false }, newCode: () => '123456' });
    await expect(signUp(client, { userName: 'ADA' })).rejects.toMatchObject({ name: 'UsernameExistsException' });
    await signUp(client, { userName: 'Bob' });
    const request = { ClientId: CLIENT_ID, Username: 'BOB', ConfirmationCode: '123456' };
    await client.send(new ConfirmSignUpCommand(request));
    await cognito.addUser({ userName: 'Eve', password: PASSWORD, attributes: {} });
    await cognito.addUser({ userName: 'EVE', password: 'Another-pass-1', attributes: {} });
    for (const userName of ['bob', 'eVe']) {
      const { AuthenticationResult: result } = await signIn(client, userName);
      expect(decodeJwt(String(result?.AccessToken))).toMatchObject({ username: userName.toLowerCase() });
    }
    const { Users } = await client.send(new ListUsersCommand(pool));
    expect(Users?.map(({ Username }) => Username).sort()).toEqual(['ada', 'bob', 'eve']);
    await expect(client.send(new AdminGetUserCommand({ ...pool, Username: 'BOB' }))).resolves.toMatchObject({
      Username: 'bob',
    });
  });

  it('has the name alone, however many ask for it at once', async () => {
    const { client } = await start();
    const attempts = await Promise.allSettled(Array.from({ length: 10 }, () => signUp(client)));
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is refused by a pool where only administrators make users', async () => {
    const { client } = await start({ definition: { selfSignUp: false } });
    await expect(signUp(client)).rejects.toMatchObject({ message: 'SignUp is not permitted for this user pool' });
  });
});

describe('an administrator', () => {
  it('makes, groups, finds by sub and deletes a user', async () => {
    const { client } = await start();
    const user = { ...pool, Username: 'eve' };
    await client.send(new AdminCreateUserCommand({ ...user, MessageAction: 'SUPPRESS' }));
    await client.send(new AdminSetUserPasswordCommand({ ...user, Password: PASSWORD, Permanent: true }));
    await client.send(new AdminAddUserToGroupCommand({ ...user, GroupName: 'staff' }));
    const { AuthenticationResult: result } = await signIn(client, 'eve');
    const { sub, ...claims } = decodeJwt(String(result?.AccessToken));
    expect(claims['cognito:groups']).toEqual(['staff']);
    const { Users } = await client.send(new ListUsersCommand({ ...pool, Filter: `sub = "${sub}"` }));
    expect(Users).toMatchObject([{ Username: 'eve', Enabled: true, UserCreateDate: expect.any(Date) }]);
    const { Groups } = await client.send(new AdminListGroupsForUserCommand({ ...pool, Username: String(sub) }));
    expect(Groups).toMatchObject([{ GroupName: 'staff' }]);
    await client.send(new AdminDeleteUserCommand(user));
    await expect(client.send(new AdminGetUserCommand(user))).rejects.toMatchObject({ name: 'UserNotFoundException' });
  });

  it('says that an address is verified, and sets no attribute beyond the standard ones either', async () => {
    const { client } = await start();
    const create = (UserAttributes: { Name: string; Value: string }[]) =>
      client.send(new AdminCreateUserCommand({ ...pool, Username: 'eve', MessageAction: 'SUPPRESS', UserAttributes }));
    await expect(create([{ Name: 'custom:role', Value: 'x' }])).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await create([{ Name: 'email_verified', Value: 'true' }]);
    const update = (Value: string) =>
      client.send(
        new AdminUpdateUserAttributesCommand({ ...pool, Username: 'eve', UserAttributes: [{ Name: 'name', Value }] }),
      );
    await expect(update('x'.repeat(2_049))).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await update('Eve');
    const { UserAttributes } = await client.send(new AdminGetUserCommand({ ...pool, Username: 'eve' }));
    expect(UserAttributes).toEqual(
      expect.arrayContaining([
        { Name: 'email_verified', Value: 'true' },
        { Name: 'name', Value: 'Eve' },
      ]),
    );
  });

  it('needs the permission when the access key is a role’s', async () => {
    const seen: unknown[] = [];
    const { client } = await start({
      authorize: (call) => {
        seen.push(call);
        return { allowed: false, message: 'User: role is not authorized' };
      },
    });
    await expect(client.send(new ListUsersCommand(pool))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: 'User: role is not authorized',
    });
    expect(seen).toEqual([{ accessKeyId: 'operator', action: 'cognito-idp:ListUsers', resource: DEFINITION.arn }]);
  });

  it('gets an error that names the operation when it is not emulated', async () => {
    const { client } = await start();
    const request = new ChangePasswordCommand({ AccessToken: 'x', PreviousPassword: PASSWORD, ProposedPassword: 'x' });
    await expect(client.send(request)).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('ChangePassword'),
    });
  });
});

describe('a browser', () => {
  it('may sign in from any page, with the headers that its clients send', async () => {
    const { cognito } = await start();
    const preflight = await fetch(cognito.url, { method: 'OPTIONS', headers: { origin: 'http://127.0.0.1:4000' } });
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    const allowed = preflight.headers.get('access-control-allow-headers')?.split(',');
    expect(allowed).toEqual(expect.arrayContaining(['content-type', 'x-amz-target', 'x-amz-user-agent']));
    for (const operation of ['InitiateAuth', 'ForgotPassword', 'ChangePassword']) {
      const headers = { 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}` };
      const refused = await fetch(cognito.url, { method: 'POST', body: '{}', headers });
      expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([400, '*']);
    }
  });
});

describe('a pool with a file', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'stagedoor-test-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('keeps users, groups and the signing key, also of writes at the same time', async () => {
    const file = path.join(directory, 'cognito.json');
    const first = await startTestPool({ file });
    const names = Array.from({ length: 20 }, (_, index) => `user${index}`);
    await Promise.all(names.map((userName) => signUp(first.client, { userName })));
    const before = await (await fetch(`${first.cognito.issuer}/.well-known/jwks.json`)).json();
    await first.close();
    const { client, cognito } = await start({ file });
    const { Users = [] } = await client.send(new ListUsersCommand(pool));
    expect(Users.map(({ Username }) => Username).sort()).toEqual(['ada', ...names].sort());
    expect(await (await fetch(`${cognito.issuer}/.well-known/jwks.json`)).json()).toEqual(before);
  });
});
