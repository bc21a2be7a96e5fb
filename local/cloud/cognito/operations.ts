import { createCodeOperations } from './code-operations.ts';
import {
  CognitoError,
  context,
  invalidParameter,
  notAuthorized,
  type Services,
  targets,
  type UserPool,
} from './cognito-local.ts';
import { pageUsers } from './page-users.ts';
import { assertPassword } from './password-policy.ts';
import type { Request } from './read-request.ts';
import { clientOf, type createSignIn } from './sign-in.ts';
import type { TokenIssuer } from './tokens.ts';
import { assertRequiredAttributes, assertUserAttributes } from './user-attributes.ts';
import { assertUserName, foldUserName } from './user-name.ts';
import type { UserPoolDefinition } from './user-pool-definition.ts';

export type Operation = (request: Request) => Promise<object>;

export interface OperationsOptions {
  readonly definition: UserPoolDefinition;
  readonly pool: UserPool;
  readonly services: Services;
  readonly signIn: ReturnType<typeof createSignIn>;
  readonly tokens: TokenIssuer;
}

/** Served by cognito-local as they are, or after a check that it lacks. */
const DELEGATED = [
  ...['AdminAddUserToGroup', 'AdminConfirmSignUp', 'AdminCreateUser', 'AdminDeleteUser', 'AdminDisableUser'],
  ...['AdminEnableUser', 'AdminGetUser', 'AdminListGroupsForUser', 'AdminRemoveUserFromGroup', 'AdminSetUserPassword'],
  ...['AdminUpdateUserAttributes', 'ConfirmSignUp', 'ListGroups', 'ListUsersInGroup', 'SignUp'],
];

/** The user pool operations of the local run, by name. */
export function createOperations(options: OperationsOptions): ReadonlyMap<string, Operation> {
  const { definition, pool, services, signIn, tokens } = options;
  const delegate = (name: string): Operation => {
    const target = targets[name]?.(services);
    if (target === undefined) throw new Error(`cognito-local has no operation ${name}`);
    return async (request) => {
      if (!name.startsWith('List')) assertUserName(request.Username);
      return target(context, request);
    };
  };
  const operations = new Map(DELEGATED.map((name) => [name, delegate(name)]));
  const before = (name: string, check: (request: Request) => unknown) => {
    const operation = operations.get(name) ?? delegate(name);
    operations.set(name, async (request) => {
      check(request);
      return operation(request);
    });
  };

  before('AdminCreateUser', (request) => {
    assertUserAttributes(request, 'administrator');
    const { TemporaryPassword: password } = request;
    if (password !== undefined) assertPassword(password, definition.passwordPolicy);
  });
  before('AdminUpdateUserAttributes', (request) => {
    if (request.UserAttributes === undefined) throw invalidParameter('Missing required parameter UserAttributes');
    assertUserAttributes(request, 'administrator');
  });
  before('SignUp', (request) => {
    clientOf(definition, request);
    if (!definition.selfSignUp) throw notAuthorized('SignUp is not permitted for this user pool');
    assertUserAttributes(request, 'user');
    assertRequiredAttributes(request, definition.requiredAttributes);
    assertPassword(request.Password, definition.passwordPolicy);
  });
  before('ConfirmSignUp', (request) => clientOf(definition, request));
  before('AdminSetUserPassword', ({ Password }) => assertPassword(Password, definition.passwordPolicy));

  for (const [name, operation] of createCodeOperations({ definition, pool, services, delegate })) {
    operations.set(name, operation);
  }
  operations.set('ListUsers', pageUsers(delegate('ListUsers')));
  operations.set('InitiateAuth', signIn.initiateAuth);
  operations.set('RespondToAuthChallenge', signIn.respondToAuthChallenge);
  operations.set('RevokeToken', async (request) => {
    await tokens.revoke(request.Token ?? '', clientOf(definition, request).id);
    return {};
  });
  operations.set('GetUser', async ({ AccessToken = '' }) => {
    const user = await pool.getUserByUsername(context, await tokens.verifyAccessToken(AccessToken));
    if (user === null) throw new CognitoError('UserNotFoundException', 'User does not exist.');
    return { Username: user.Username, UserAttributes: user.Attributes };
  });
  return new Map([...operations].map(([name, operation]) => [name, withUserName(options, name, operation)]));
}

/** Names are found whatever their case if the pool says so; administrators may also name a user by `sub`. */
function withUserName({ definition, pool }: OperationsOptions, operationName: string, operation: Operation): Operation {
  const fold = (name: string) => foldUserName(definition, name);
  return async (request) => {
    const { Username, AuthParameters, ChallengeResponses } = request;
    const userName = Username === undefined ? undefined : fold(Username);
    const known =
      userName !== undefined && operationName.startsWith('Admin')
        ? await pool.getUserByUsername(context, userName)
        : null;
    return operation({
      ...request,
      Username: known?.Username ?? userName,
      AuthParameters: withFolded(AuthParameters, fold),
      ChallengeResponses: withFolded(ChallengeResponses, fold),
    });
  };
}

function withFolded(parameters: Request['AuthParameters'], fold: (name: string) => string) {
  return parameters?.USERNAME === undefined ? parameters : { ...parameters, USERNAME: fold(parameters.USERNAME) };
}
