import { InitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { InvokeResult } from '../../../../local/cloud/lambda/index.ts';
import { CLIENT_ID, PASSWORD, startTestPool, type TriggerEvent } from './start-test-pool.ts';

let running: Awaited<ReturnType<typeof startTestPool>>;

afterEach(() => running.close());

async function signInWith(answerTrigger: (event: TriggerEvent) => InvokeResult) {
  running = await startTestPool({ answerTrigger });
  const AuthParameters = { USERNAME: 'ada', PASSWORD };
  return running.client.send(
    new InitiateAuthCommand({ AuthFlow: 'USER_PASSWORD_AUTH', ClientId: CLIENT_ID, AuthParameters }),
  );
}

const echo = (event: TriggerEvent): InvokeResult => ({ payload: JSON.stringify(event) });
const timeout: InvokeResult = {
  error: { errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out after 5.00 seconds' },
};

describe('PostAuthentication', () => {
  it('gets the event that Cognito sends', async () => {
    await signInWith(echo);
    expect(running.events).toEqual([
      {
        version: '1',
        region: 'us-east-1',
        userPoolId: 'us-east-1_Test12345',
        userName: 'ada',
        callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: CLIENT_ID },
        triggerSource: 'PostAuthentication_Authentication',
        request: {
          userAttributes: {
            sub: expect.stringMatching(/^[0-9a-f-]{36}$/),
            email: 'ada@example.com',
            preferred_username: 'Ada',
            'cognito:user_status': 'CONFIRMED',
          },
          newDeviceUsed: false,
          clientMetadata: {},
        },
        response: {},
      },
    ]);
  });

  it('refuses the sign-in when the function fails, and is not called again', async () => {
    const attempt = signInWith(() => ({ error: { errorType: 'Error', errorMessage: 'no entry' } }));
    await expect(attempt).rejects.toMatchObject({
      name: 'UserLambdaValidationException',
      message: 'PostAuthentication failed with error no entry.',
    });
    expect(running.events).toHaveLength(1);
  });

  it('is called three times when the function does not answer in time, and then refuses the sign-in', async () => {
    await expect(signInWith(() => timeout)).rejects.toMatchObject({ name: 'UnexpectedLambdaException' });
    expect(running.events).toHaveLength(3);
  });

  it('lets the sign-in pass when a later try answers', async () => {
    const answers = [timeout, timeout];
    await expect(signInWith((event) => answers.pop() ?? echo(event))).resolves.toHaveProperty('AuthenticationResult');
  });

  it.each(['null', '"ok"', '{}'])(
    'refuses the sign-in when the function answers %s in place of the event',
    async (payload) => {
      await expect(signInWith(() => ({ payload }))).rejects.toMatchObject({ name: 'InvalidLambdaResponseException' });
    },
  );
});
