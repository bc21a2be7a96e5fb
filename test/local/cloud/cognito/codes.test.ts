import {
  AdminCreateUserCommand,
  type CognitoIdentityProviderClient,
  ConfirmForgotPasswordCommand,
  ConfirmSignUpCommand,
  ForgotPasswordCommand,
  InitiateAuthCommand,
  ResendConfirmationCodeCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CLIENT_ID, DEFINITION, PASSWORD, startTestPool } from './start-test-pool.ts';

const NEW_PASSWORD = 'Stage-door-2';

let running: Awaited<ReturnType<typeof startTestPool>>;

/** Codes are 100001, 100002 and so on. */
async function start() {
  let codes = 100_000;
  running = await startTestPool({
    newCode: () => {
      codes += 1;
      return String(codes);
    },
  });
  return { ...running, ...peopleAt(running.client) };
}

afterEach(() => running.close());

function peopleAt(client: CognitoIdentityProviderClient) {
  return {
    signUp: (Username: string) => {
      const UserAttributes = [{ Name: 'email', Value: `${Username}@example.com` }];
      return client.send(new SignUpCommand({ ClientId: CLIENT_ID, Username, Password: PASSWORD, UserAttributes }));
    },
    confirm: (Username: string, ConfirmationCode: string) =>
      client.send(new ConfirmSignUpCommand({ ClientId: CLIENT_ID, Username, ConfirmationCode })),
    resend: (Username: string, ClientId = CLIENT_ID) =>
      client.send(new ResendConfirmationCodeCommand({ ClientId, Username })),
    forget: (Username: string, ClientId = CLIENT_ID) => client.send(new ForgotPasswordCommand({ ClientId, Username })),
    reset: (Username: string, ConfirmationCode: string | undefined, Password = NEW_PASSWORD, ClientId = CLIENT_ID) =>
      client.send(new ConfirmForgotPasswordCommand({ ClientId, Username, ConfirmationCode, Password })),
    signIn: (USERNAME: string, password: string) => {
      const AuthParameters = { USERNAME, PASSWORD: password };
      const request = { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: CLIENT_ID, AuthParameters } as const;
      return client.send(new InitiateAuthCommand(request));
    },
  };
}

describe('a forgotten password', () => {
  it('is replaced with the code that the console shows, which is good for once', async () => {
    const { cognito, events, lines, forget, reset, signIn } = await start();
    await expect(forget('ada')).resolves.toMatchObject({
      CodeDeliveryDetails: { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'a***@e***' },
    });
    expect(lines).toEqual(['confirmation code for ada: 100001']);
    expect(cognito.outbox).toMatchObject([{ source: 'ForgotPassword', userName: 'ada', code: '100001' }]);
    await expect(reset('ada', '000000')).rejects.toMatchObject({ name: 'CodeMismatchException' });
    await expect(reset('ada', '100001', 'weak')).rejects.toMatchObject({ name: 'InvalidPasswordException' });
    await reset('ada', '100001');
    await signIn('ada', NEW_PASSWORD);
    await expect(signIn('ada', PASSWORD)).rejects.toMatchObject({ name: 'NotAuthorizedException' });
    await expect(reset('ada', '100001')).rejects.toMatchObject({ name: 'ExpiredCodeException' });
    expect(events[0]).toMatchObject({ triggerSource: 'PostConfirmation_ConfirmForgotPassword', userName: 'ada' });
  });

  it('is not replaced without a code', async () => {
    const { reset, signIn, cognito } = await start();
    const target = 'AWSCognitoIdentityProviderService.ConfirmForgotPassword';
    const body = JSON.stringify({ ClientId: CLIENT_ID, Username: 'ada', Password: NEW_PASSWORD });
    const refused = await fetch(cognito.url, { method: 'POST', headers: { 'x-amz-target': target }, body });
    expect(await refused.json()).toMatchObject({ __type: 'ExpiredCodeException' });
    await expect(reset('ada', '000000')).rejects.toMatchObject({ name: 'ExpiredCodeException' });
    await signIn('ada', PASSWORD);
  });

  it('tells nobody whether a user exists, and sends an unconfirmed one no code', async () => {
    const { cognito, signUp, forget, reset } = await start();
    await signUp('bob');
    for (const name of ['nobody', 'bob']) {
      await expect(forget(name)).resolves.toHaveProperty('CodeDeliveryDetails.DeliveryMedium', 'EMAIL');
      await expect(reset(name, '100001')).rejects.toMatchObject({ name: 'ExpiredCodeException' });
    }
    expect(cognito.outbox.map(({ source }) => source)).toEqual(['SignUp']);
  });

  it('stays with who has to change a temporary one', async () => {
    const { client, forget } = await start();
    await client.send(
      new AdminCreateUserCommand({ UserPoolId: DEFINITION.id, Username: 'eve', MessageAction: 'SUPPRESS' }),
    );
    await expect(forget('eve')).rejects.toMatchObject({ name: 'NotAuthorizedException' });
  });
});

describe('another confirmation code', () => {
  it('takes the place of the one before', async () => {
    const { cognito, signUp, resend, confirm, signIn } = await start();
    await signUp('bob');
    await expect(resend('bob')).resolves.toHaveProperty('CodeDeliveryDetails.Destination', 'b***@e***');
    expect(cognito.outbox.at(-1)).toEqual({ source: 'ResendCode', userName: 'bob', code: '100002' });
    await expect(confirm('bob', '100001')).rejects.toMatchObject({ name: 'CodeMismatchException' });
    await confirm('bob', '100002');
    await signIn('bob', PASSWORD);
  });

  it('is for who has not confirmed yet; of nobody, it only looks so', async () => {
    const { cognito, resend } = await start();
    await expect(resend('ada')).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'User is already confirmed.',
    });
    await expect(resend('nobody')).resolves.toHaveProperty('CodeDeliveryDetails.DeliveryMedium', 'EMAIL');
    expect(cognito.outbox).toEqual([]);
  });
});

it('codes come through a client of the pool', async () => {
  const { resend, forget, reset } = await start();
  const attempts = [resend('ada', 'stranger'), forget('ada', 'stranger'), reset('ada', '1', NEW_PASSWORD, 'stranger')];
  for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
