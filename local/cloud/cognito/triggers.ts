import type { InvokeResult } from '../lambda/index.ts';
import { CognitoError } from './cognito-local.ts';
import type { UserPoolDefinition } from './user-pool-definition.ts';

export type TriggerName = 'PostAuthentication' | 'PostConfirmation';

export interface Occasion {
  /** For example `PostAuthentication_Authentication`. */
  readonly source: string;
  readonly clientId: string | null;
  readonly userName: string;
  /** All strings, with `sub` and `cognito:user_status`. */
  readonly userAttributes: Readonly<Record<string, string>>;
  readonly clientMetadata?: Readonly<Record<string, string>> | undefined;
}

export type FireTrigger = (trigger: TriggerName, occasion: Occasion) => Promise<void>;

/** How often Cognito calls a trigger that does not answer in time. A function that fails is called once. */
const TRIES = 3;

export function createTriggers(
  { id, triggers }: UserPoolDefinition,
  invoke: (functionArn: string, event: unknown) => Promise<InvokeResult>,
): FireTrigger {
  return async (trigger, occasion) => {
    const functionArn = triggers[trigger];
    if (functionArn === undefined) return;
    const event = createEvent(id, trigger, occasion);
    let result = await invoke(functionArn, event);
    for (let tries = 1; tries < TRIES && isTimeout(result); tries += 1) result = await invoke(functionArn, event);
    assertSuccess(trigger, result);
  };
}

function createEvent(userPoolId: string, trigger: TriggerName, occasion: Occasion) {
  const { source, clientId, userName, userAttributes, clientMetadata = {} } = occasion;
  return {
    version: '1',
    region: userPoolId.split('_')[0],
    userPoolId,
    userName,
    callerContext: {
      awsSdkVersion: 'aws-sdk-unknown-unknown',
      clientId: clientId ?? 'CLIENT_ID_NOT_APPLICABLE',
    },
    triggerSource: source,
    request: { userAttributes, ...(trigger === 'PostAuthentication' && { newDeviceUsed: false }), clientMetadata },
    response: {},
  };
}

function isTimeout(result: InvokeResult): boolean {
  return 'error' in result && result.error.errorType === 'Sandbox.Timedout';
}

function assertSuccess(trigger: TriggerName, result: InvokeResult): void {
  if (isTimeout(result)) {
    const reason = 'Socket timeout while invoking Lambda function.';
    throw new CognitoError('UnexpectedLambdaException', `${trigger} invocation failed due to error ${reason}`);
  }
  if ('error' in result) {
    throw new CognitoError(
      'UserLambdaValidationException',
      `${trigger} failed with error ${result.error.errorMessage}.`,
    );
  }
  const answer: unknown = JSON.parse(result.payload);
  if (typeof answer !== 'object' || answer === null || !('response' in answer)) {
    throw new CognitoError('InvalidLambdaResponseException', 'Unrecognizable lambda output');
  }
}
