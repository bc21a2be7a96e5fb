import { randomBytes, randomUUID } from 'node:crypto';
import { CognitoError, context, invalidParameter, notAuthorized, type User, type UserPool } from './cognito-local.ts';
import { assertPassword } from './password-policy.ts';
import type { Request } from './read-request.ts';
import { createSrpChallenge, type SrpChallenge } from './srp.ts';
import { attributesOf, type TokenIssuer } from './tokens.ts';
import type { FireTrigger } from './triggers.ts';
import type { UserPoolClientDefinition, UserPoolDefinition } from './user-pool-definition.ts';

type Strings = Readonly<Record<string, string>>;

export interface SignInOptions {
  readonly definition: UserPoolDefinition;
  readonly pool: UserPool;
  readonly tokens: TokenIssuer;
  readonly fireTrigger: FireTrigger;
  readonly now: () => number;
}

/** A challenge that waits for its answer, under its session or its secret block. */
interface Pending {
  readonly name: 'PASSWORD_VERIFIER' | 'NEW_PASSWORD_REQUIRED';
  readonly client: UserPoolClientDefinition;
  readonly userName: string;
  readonly srp?: SrpChallenge;
  readonly expiresAt: number;
}

const CHALLENGE_LIFE_MS = 180_000;

/** Sign-in by password, SRP and refresh token, with the challenge to set a new password. */
export function createSignIn({ definition, pool, tokens, fireTrigger, now }: SignInOptions) {
  const pending = new Map<string, Pending>();

  const initiateAuth = async (request: Request): Promise<object> => {
    const client = clientOf(definition, request);
    const parameters = request.AuthParameters ?? {};
    const flow = request.AuthFlow === 'REFRESH_TOKEN' ? 'REFRESH_TOKEN_AUTH' : String(request.AuthFlow);
    if (!client.authFlows.includes(flow)) throw invalidParameter(`${flow} flow not enabled for this client`);
    switch (flow) {
      case 'USER_PASSWORD_AUTH': {
        const user = await findUser(parameters);
        if (user?.Password !== required(parameters, 'PASSWORD')) throw notAuthorized();
        return proceed(client, user, undefined);
      }
      case 'USER_SRP_AUTH':
        return challengeBySrp(client, parameters);
      case 'REFRESH_TOKEN_AUTH': {
        const refreshToken = required(parameters, 'REFRESH_TOKEN');
        const { userName, origin } = await tokens.verifyRefreshToken(refreshToken, client.id);
        return issueTokens(client, await existingUser(userName, 'Refresh Token has been revoked'), origin);
      }
      default:
        throw invalidParameter(`The local run does not emulate the flow ${flow}`);
    }
  };

  const respondToAuthChallenge = async (request: Request): Promise<object> => {
    const responses = request.ChallengeResponses ?? {};
    switch (request.ChallengeName) {
      case 'PASSWORD_VERIFIER': {
        const secretBlock = required(responses, 'PASSWORD_CLAIM_SECRET_BLOCK');
        const { client, userName, srp } = await take('PASSWORD_VERIFIER', secretBlock, request);
        const proof = [required(responses, 'TIMESTAMP'), required(responses, 'PASSWORD_CLAIM_SIGNATURE')] as const;
        if (!srp?.verify(...proof)) throw notAuthorized();
        return proceed(client, await existingUser(userName), request.ClientMetadata);
      }
      case 'NEW_PASSWORD_REQUIRED': {
        const unknown = Object.keys(responses).find((name) => name.startsWith('userAttributes.'));
        if (unknown !== undefined) throw invalidParameter(`The local run does not set ${unknown} at a new password`);
        const password = required(responses, 'NEW_PASSWORD');
        assertPassword(password, definition.passwordPolicy);
        const { client, userName } = await take('NEW_PASSWORD_REQUIRED', request.Session, request);
        const user = { ...(await existingUser(userName)), Password: password, UserStatus: 'CONFIRMED' as const };
        await pool.saveUser(context, user);
        return complete(client, user, request.ClientMetadata);
      }
      default:
        throw invalidParameter(`The local run does not emulate the challenge ${request.ChallengeName}`);
    }
  };

  const challengeBySrp = async (client: UserPoolClientDefinition, parameters: Strings): Promise<object> => {
    const user = await findUser(parameters);
    // An unknown user gets a challenge too: whether a name exists shows nowhere.
    const userName = user?.Username ?? required(parameters, 'USERNAME');
    const srp = createSrpChallenge({
      poolName: definition.id.split('_')[1] ?? '',
      userName,
      password: user?.Password ?? randomUUID(),
      clientValue: required(parameters, 'SRP_A'),
    });
    if (srp === undefined) throw invalidParameter('SRP_A is not a valid public value');
    hold(srp.secretBlock, { name: 'PASSWORD_VERIFIER', client, userName, srp });
    return {
      ChallengeName: 'PASSWORD_VERIFIER',
      ChallengeParameters: {
        SALT: srp.salt,
        SECRET_BLOCK: srp.secretBlock,
        SRP_B: srp.publicValue,
        USERNAME: userName,
        USER_ID_FOR_SRP: userName,
      },
    };
  };

  /** After the right password: what is left to do before the user is signed in. */
  const proceed = async (
    client: UserPoolClientDefinition,
    user: User,
    metadata: Strings | undefined,
  ): Promise<object> => {
    if (!user.Enabled) throw notAuthorized('User is disabled.');
    if (user.UserStatus === 'UNCONFIRMED')
      throw new CognitoError('UserNotConfirmedException', 'User is not confirmed.');
    if (user.UserStatus !== 'FORCE_CHANGE_PASSWORD') return complete(client, user, metadata);
    const session = randomBytes(64).toString('base64url');
    hold(session, { name: 'NEW_PASSWORD_REQUIRED', client, userName: user.Username });
    const { sub: _sub, ...attributes } = attributesOf(user);
    return {
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: session,
      ChallengeParameters: {
        USER_ID_FOR_SRP: user.Username,
        requiredAttributes: '[]',
        userAttributes: JSON.stringify(attributes),
      },
    };
  };

  const complete = async (client: UserPoolClientDefinition, user: User, clientMetadata: Strings | undefined) => {
    await fireTrigger('PostAuthentication', {
      source: 'PostAuthentication_Authentication',
      clientId: client.id,
      userName: user.Username,
      userAttributes: { ...attributesOf(user), 'cognito:user_status': String(user.UserStatus) },
      clientMetadata,
    });
    return issueTokens(client, user);
  };

  const issueTokens = async (client: UserPoolClientDefinition, user: User, origin?: string) => {
    const groups = await pool.listUserGroupMembership(context, user);
    return { ChallengeParameters: {}, AuthenticationResult: await tokens.issue(user, groups, client, origin) };
  };

  const findUser = (parameters: Strings) => pool.getUserByUsername(context, required(parameters, 'USERNAME'));

  const existingUser = async (userName: string, refusal?: string): Promise<User> => {
    const user = await pool.getUserByUsername(context, userName);
    if (user === null) throw notAuthorized(refusal);
    if (!user.Enabled) throw notAuthorized('User is disabled.');
    return user;
  };

  const hold = (key: string, challenge: Omit<Pending, 'expiresAt'>) => {
    for (const [heldKey, { expiresAt }] of pending) if (expiresAt <= now()) pending.delete(heldKey);
    pending.set(key, { ...challenge, expiresAt: now() + CHALLENGE_LIFE_MS });
  };

  /** Whoever answers one challenge must not get what the other stands for: the new password comes after the old one. */
  const take = async (
    name: Pending['name'],
    key = '',
    { ClientId, ChallengeResponses = {} }: Request,
  ): Promise<Pending> => {
    const userName = (await findUser(ChallengeResponses))?.Username ?? ChallengeResponses.USERNAME;
    const challenge = pending.get(key);
    pending.delete(key);
    const isOpen = challenge?.name === name && challenge.expiresAt > now();
    if (isOpen && challenge.client.id === ClientId && challenge.userName === userName) return challenge;
    throw notAuthorized('Invalid session for the user.');
  };

  return { initiateAuth, respondToAuthChallenge };
}

export function clientOf({ clients }: UserPoolDefinition, { ClientId }: Request): UserPoolClientDefinition {
  const client = clients.find(({ id }) => id === ClientId);
  if (client !== undefined) return client;
  throw new CognitoError('ResourceNotFoundException', `User pool client ${ClientId} does not exist.`);
}

function required(parameters: Strings, name: string): string {
  const value = parameters[name];
  if (value) return value;
  throw invalidParameter(`Missing required parameter ${name}`);
}
