import {
  CognitoError,
  context,
  invalidParameter,
  notAuthorized,
  type Services,
  type UserPool,
} from './cognito-local.ts';
import type { Operation } from './operations.ts';
import { assertPassword } from './password-policy.ts';
import type { Request } from './read-request.ts';
import { clientOf } from './sign-in.ts';
import { attributesOf } from './tokens.ts';
import type { UserPoolDefinition } from './user-pool-definition.ts';

export interface CodeOperationsOptions {
  readonly definition: UserPoolDefinition;
  readonly pool: UserPool;
  readonly services: Services;
  readonly delegate: (name: string) => Operation;
}

/** What people do with another code by e-mail. Whether a user exists does not show, as on a client that prevents it. */
export function createCodeOperations({ definition, pool, services, delegate }: CodeOperationsOptions) {
  const sendCode = delegate('ForgotPassword');
  const setPassword = delegate('ConfirmForgotPassword');
  const findUser = ({ Username = '' }: Request) => pool.getUserByUsername(context, Username);

  const forgotPassword = async (request: Request) => {
    clientOf(definition, request);
    const user = await findUser(request);
    if (user === null) return delivery(undefined);
    if (user.UserStatus === 'FORCE_CHANGE_PASSWORD') {
      throw notAuthorized('User password cannot be reset in the current state.');
    }
    const { email } = attributesOf(user);
    // The address of who has not confirmed it is not known to be theirs.
    if (user.Enabled && user.UserStatus !== 'UNCONFIRMED' && email !== undefined) await sendCode(request);
    return delivery(email);
  };

  const confirmForgotPassword = async (request: Request) => {
    clientOf(definition, request);
    assertPassword(request.Password, definition.passwordPolicy);
    const { ConfirmationCode, UserStatus } = (await findUser(request)) ?? {};
    // cognito-local would take no code for the code of who has asked for none.
    if (ConfirmationCode === undefined || UserStatus === 'UNCONFIRMED') {
      throw new CognitoError('ExpiredCodeException', 'Invalid code provided, please request a code again.');
    }
    return setPassword(request);
  };

  const resendConfirmationCode = async (request: Request) => {
    const { id } = clientOf(definition, request);
    const user = await findUser(request);
    if (user === null) return delivery(undefined);
    if (user.UserStatus !== 'UNCONFIRMED') throw invalidParameter('User is already confirmed.');
    const code = services.otp();
    await pool.saveUser(context, { ...user, ConfirmationCode: code });
    await services.messages.deliver(context, 'ResendCode', id, definition.id, user, code);
    return delivery(attributesOf(user).email);
  };

  return new Map<string, Operation>([
    ['ForgotPassword', forgotPassword],
    ['ConfirmForgotPassword', confirmForgotPassword],
    ['ResendConfirmationCode', resendConfirmationCode],
  ]);
}

/** `ada@example.com` → `a***@e***`, also of nobody. */
function delivery(email = 'nobody@example.com'): object {
  const destination = email.replaceAll(/([^@])[^@]*/g, '$1***');
  return { CodeDeliveryDetails: { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: destination } };
}
