import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { type CognitoOptions, startCognito } from '../../../../local/cloud/cognito/index.ts';
import type { UserPoolDefinition } from '../../../../local/cloud/cognito/user-pool-definition.ts';
import type { InvokeResult } from '../../../../local/cloud/lambda/index.ts';

export const CLIENT_ID = 'client1';
export const PASSWORD = 'Stage-door-1';

export const DEFINITION: UserPoolDefinition = {
  id: 'us-east-1_Test12345',
  arn: 'arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_Test12345',
  selfSignUp: true,
  caseSensitive: true,
  autoVerifiedAttributes: ['email'],
  requiredAttributes: ['email'],
  passwordPolicy: undefined,
  triggers: { PostAuthentication: 'arn:post-authentication', PostConfirmation: 'arn:post-confirmation' },
  groups: ['moderators', 'staff'],
  clients: [
    {
      id: CLIENT_ID,
      authFlows: ['USER_PASSWORD_AUTH', 'USER_SRP_AUTH', 'REFRESH_TOKEN_AUTH'],
      accessTokenSeconds: 3_600,
      idTokenSeconds: 1_800,
      refreshTokenSeconds: 86_400,
    },
    {
      id: 'srp-only',
      authFlows: ['USER_SRP_AUTH'],
      accessTokenSeconds: 60,
      idTokenSeconds: 60,
      refreshTokenSeconds: 60,
    },
  ],
};

export interface TriggerEvent {
  readonly triggerSource: string;
  readonly userName: string;
  readonly request: { readonly userAttributes: Readonly<Record<string, string>> };
}

export interface TestPoolOptions extends Partial<Omit<CognitoOptions, 'definition' | 'invoke'>> {
  readonly definition?: Partial<UserPoolDefinition>;
  readonly answerTrigger?: (event: TriggerEvent) => InvokeResult;
}

/** A pool with the user `ada`, whose triggers record their events and answer them unchanged. */
export async function startTestPool({ definition, answerTrigger = echo, ...options }: TestPoolOptions = {}) {
  const events: TriggerEvent[] = [];
  const lines: string[] = [];
  const cognito = await startCognito({
    authorize: () => ({ allowed: true, message: '' }),
    log: (line) => lines.push(line),
    ...options,
    definition: { ...DEFINITION, ...definition },
    invoke: async (_functionArn, event) => {
      events.push(event as TriggerEvent);
      return answerTrigger(event as TriggerEvent);
    },
  });
  await cognito.addUser({
    userName: 'ada',
    password: PASSWORD,
    attributes: { email: 'ada@example.com', preferred_username: 'Ada' },
    groups: ['moderators'],
  });
  const client = new CognitoIdentityProviderClient({
    endpoint: cognito.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'operator', secretAccessKey: 'operator' },
  });
  return {
    cognito,
    client,
    events,
    lines,
    close: async () => {
      client.destroy();
      await cognito.close();
    },
  };
}

function echo(event: TriggerEvent): InvokeResult {
  return { payload: JSON.stringify(event) };
}
