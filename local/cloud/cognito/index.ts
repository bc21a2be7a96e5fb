import { randomInt, randomUUID } from 'node:crypto';
import { startHttpServer } from '../aws-json-server.ts';
import type { Authorize } from '../iam/authorize.ts';
import type { InvokeResult } from '../lambda/index.ts';
import { type Attribute, context, createUserPool, type Message, type Services, type User } from './cognito-local.ts';
import { openJsonStore } from './json-store.ts';
import { createOperations } from './operations.ts';
import { type Endpoint, serveCognito } from './server.ts';
import { createSignIn } from './sign-in.ts';
import { createSigningKey, createTokenIssuer } from './tokens.ts';
import { createTriggers, type FireTrigger } from './triggers.ts';
import { foldUserName } from './user-name.ts';
import type { UserPoolDefinition } from './user-pool-definition.ts';

export interface CognitoOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Keeps users and the signing key over restarts; default: in memory. The passwords in it are not encrypted. */
  readonly file?: string;
  readonly definition: UserPoolDefinition;
  readonly authorize: Authorize;
  /** Calls a trigger's function. */
  readonly invoke: (functionArn: string, event: unknown) => Promise<InvokeResult>;
  /** Gets the confirmation codes, which nobody mails here. */
  readonly log: (line: string) => void;
  readonly now?: () => number;
  /** Six digits; default: random. */
  readonly newCode?: () => string;
}

export interface NewUser {
  readonly userName: string;
  readonly password: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly groups?: readonly string[];
}

export interface Cognito {
  readonly url: string;
  readonly issuer: string;
  /** Codes that Cognito would have mailed, oldest first. */
  readonly outbox: readonly Message[];
  /** Adds a confirmed user without calling any trigger, unless the name is taken. */
  addUser(user: NewUser): Promise<void>;
  close(): Promise<void>;
}

/** A Cognito user pool: cognito-local's users and groups under a sign-in, triggers and tokens as AWS has them. */
export async function startCognito(options: CognitoOptions): Promise<Cognito> {
  const { definition, now = Date.now } = options;
  const store = openJsonStore({ Users: {}, Groups: {} }, options.file);
  const clock = { get: () => new Date(now()) };
  const { autoVerifiedAttributes } = definition;
  const pool = createUserPool(clock, store, {
    Id: definition.id,
    // cognito-local takes an empty list for a demand that no user can meet.
    ...(autoVerifiedAttributes.length > 0 && { AutoVerifiedAttributes: autoVerifiedAttributes }),
  });
  for (const name of definition.groups) {
    const group = await pool.getGroupByGroupName(context, name);
    const created = { GroupName: name, CreationDate: clock.get(), LastModifiedDate: clock.get() };
    if (group === null) await pool.saveGroup(context, created);
  }
  const privateKeyPem = (await store.get<string | null>(context, 'SigningKey')) ?? (await createSigningKey());
  await store.set(context, 'SigningKey', privateKeyPem);

  let endpoint: Endpoint | undefined;
  const { url, close } = await startHttpServer(options.port ?? 0, async (request, response) => {
    // Nobody knows the address before the endpoint is complete.
    if (endpoint !== undefined) await serveCognito(endpoint, request, response);
  });
  const issuer = `${url}/${definition.id}`;
  const tokens = await createTokenIssuer({
    issuer,
    privateKeyPem,
    revoked: {
      has: (origin) => store.get(context, ['RevokedOrigins', origin], false),
      add: (origin) => store.set(context, ['RevokedOrigins', origin], true),
    },
    now,
  });
  const fireTrigger = createTriggers(definition, options.invoke);
  const outbox: Message[] = [];
  const services = createServices({ ...options, clock, fireTrigger, getPool: async () => pool, outbox });
  const signIn = createSignIn({ definition, pool, tokens, fireTrigger, now });
  const operations = createOperations({ definition, pool, services, signIn, tokens });
  endpoint = { definition, operations, tokens, issuer, authorize: options.authorize };

  return {
    url,
    issuer,
    outbox,
    addUser: async ({ password, attributes, groups = [], ...user }) => {
      const userName = foldUserName(definition, user.userName);
      if ((await pool.getUserByUsername(context, userName)) !== null) return;
      const created = createConfirmedUser(userName, password, attributes, clock.get());
      await pool.saveUser(context, created);
      for (const name of groups) {
        const group = await pool.getGroupByGroupName(context, name);
        if (group === null) throw new Error(`The user pool has no group ${name}`);
        await pool.addUserToGroup(context, group, created);
      }
    },
    close,
  };
}

interface ServicesOptions extends Pick<CognitoOptions, 'log' | 'newCode'> {
  readonly clock: Services['clock'];
  readonly fireTrigger: FireTrigger;
  readonly getPool: Services['cognito']['getUserPool'];
  readonly outbox: Message[];
}

function createServices({ clock, fireTrigger, getPool, outbox, log, newCode }: ServicesOptions): Services {
  return {
    clock,
    otp: newCode ?? (() => String(randomInt(1_000_000)).padStart(6, '0')),
    config: { UserPoolDefaults: {} },
    cognito: { getUserPool: getPool, getUserPoolForClientId: getPool },
    messages: {
      deliver: async (_context, source, _clientId, _poolId, user, code) => {
        outbox.push({ source, userName: user.Username, code });
        // For AdminCreateUser the "code" is a temporary password.
        if (source !== 'AdminCreateUser') log(`confirmation code for ${user.Username}: ${code}`);
      },
    },
    triggers: {
      enabled: (trigger) => trigger === 'PostConfirmation',
      postConfirmation: (_context, { source, clientId, clientMetadata, username, userAttributes }) => {
        const attributes = Object.fromEntries(userAttributes.map(({ Name, Value }) => [Name, Value]));
        const occasion = { source, clientId, clientMetadata, userName: username, userAttributes: attributes };
        return fireTrigger('PostConfirmation', occasion);
      },
    },
  };
}

function createConfirmedUser(userName: string, password: string, attributes: NewUser['attributes'], at: Date): User {
  const all: readonly Attribute[] = Object.entries({ sub: randomUUID(), ...attributes }).map(([Name, Value]) => ({
    Name,
    Value,
  }));
  return {
    Username: userName,
    Password: password,
    Attributes: all,
    Enabled: true,
    UserStatus: 'CONFIRMED',
    UserCreateDate: at,
    UserLastModifiedDate: at,
    RefreshTokens: [],
  };
}
