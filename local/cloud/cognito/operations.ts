import {
  type Attribute,
  CognitoError,
  context,
  invalidParameter,
  notAuthorized,
  type Request,
  type Services,
  targets,
  type UserPool,
} from './cognito-local.ts';
import { assertPassword } from './password-policy.ts';
import type { createSignIn, SignInRequest } from './sign-in.ts';
import type { TokenIssuer } from './tokens.ts';
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
  ...['AdminUpdateUserAttributes', 'ConfirmSignUp', 'ListGroups', 'ListUsers', 'ListUsersInGroup', 'SignUp'],
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
  const before = (name: string, check: (request: Request) => void) => {
    const operation = operations.get(name) ?? delegate(name);
    operations.set(name, async (request) => {
      check(request);
      return operation(request);
    });
  };

  before('AdminCreateUser', (request) => {
    assertNoSub(request);
    const { TemporaryPassword: password } = request;
    if (password !== undefined) assertPassword(String(password), definition.passwordPolicy);
  });
  before('SignUp', (request) => {
    assertNoSub(request);
    if (!definition.selfSignUp) throw notAuthorized('SignUp is not permitted for this user pool');
    assertAttributes(request, definition.requiredAttributes);
    assertPassword(String(request.Password), definition.passwordPolicy);
  });
  before('AdminSetUserPassword', ({ Password }) => assertPassword(String(Password), definition.passwordPolicy));

  operations.set('InitiateAuth', (request) => signIn.initiateAuth(request as unknown as SignInRequest));
  operations.set('RespondToAuthChallenge', (request) =>
    signIn.respondToAuthChallenge(request as unknown as SignInRequest),
  );
  operations.set('GetUser', async ({ AccessToken }) => {
    const user = await pool.getUserByUsername(context, await tokens.verifyAccessToken(String(AccessToken)));
    if (user === null) throw new CognitoError('UserNotFoundException', 'User does not exist.');
    return { Username: user.Username, UserAttributes: user.Attributes };
  });
  return new Map([...operations].map(([name, operation]) => [name, withUserName(options, name, operation)]));
}

/** Names are found whatever their case if the pool says so; administrators may also name a user by `sub`. */
function withUserName({ definition, pool }: OperationsOptions, operationName: string, operation: Operation): Operation {
  const fold = (name: unknown) => (definition.caseSensitive ? String(name) : String(name).toLowerCase());
  return async (request) => {
    const folded: Record<string, unknown> = { ...request };
    for (const container of ['AuthParameters', 'ChallengeResponses']) {
      const parameters = request[container] as Readonly<Record<string, string>> | undefined;
      if (parameters?.USERNAME !== undefined)
        folded[container] = { ...parameters, USERNAME: fold(parameters.USERNAME) };
    }
    if (request.Username !== undefined) {
      folded.Username = fold(request.Username);
      const known =
        operationName.startsWith('Admin') && (await pool.getUserByUsername(context, String(folded.Username)));
      if (known) folded.Username = known.Username;
    }
    return operation(folded);
  };
}

function assertUserName(userName: unknown): void {
  if (typeof userName === 'string' && /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u.test(userName)) return;
  throw invalidParameter('Username must be 1 to 128 letters, marks, symbols, numbers or punctuation characters');
}

function attributesIn(request: Request): readonly Attribute[] {
  return (request.UserAttributes ?? []) as readonly Attribute[];
}

function assertNoSub(request: Request): void {
  if (!attributesIn(request).some(({ Name }) => Name === 'sub')) return;
  throw invalidParameter('Cannot modify the non-mutable attribute sub');
}

function assertAttributes(request: Request, required: readonly string[]): void {
  const missing = required.find((name) => !attributesIn(request).some(({ Name, Value }) => Name === name && Value));
  if (missing === undefined) return;
  throw invalidParameter(`Attributes did not conform to the schema: ${missing}: The attribute is required`);
}
