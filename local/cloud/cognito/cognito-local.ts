import { createRequire } from 'node:module';
import type { CognitoError as CognitoErrorType } from 'cognito-local/lib/errors.js';
import type { User, UserPoolServiceImpl } from 'cognito-local/lib/services/userPoolService.js';
import { pino } from 'pino';
import type { JsonStore } from './json-store.ts';
import type { Request } from './read-request.ts';

export type { Group, User } from 'cognito-local/lib/services/userPoolService.js';
export type UserPool = UserPoolServiceImpl;
export type Attribute = { readonly Name: string; readonly Value: string };

/** cognito-local logs whole users, passwords included, so nothing of it is kept. */
export const context = { logger: pino({ level: 'silent' }) };

export interface Message {
  readonly source: string;
  readonly userName: string;
  readonly code: string;
}

/** What cognito-local's operations call. Its own server, sign-in, triggers and token signing are not used. */
export interface Services {
  readonly clock: { get(): Date };
  readonly otp: () => string;
  readonly config: { readonly UserPoolDefaults: object };
  readonly cognito: {
    getUserPool(context: unknown, id: string): Promise<UserPool>;
    getUserPoolForClientId(context: unknown, clientId: string): Promise<UserPool>;
  };
  readonly messages: {
    deliver(
      context: unknown,
      source: string,
      clientId: unknown,
      poolId: string,
      user: User,
      code: string,
    ): Promise<void>;
  };
  readonly triggers: {
    enabled(trigger: string): boolean;
    postConfirmation(context: unknown, confirmation: Confirmation): Promise<void>;
  };
}

export interface Confirmation {
  readonly clientId: string | null;
  readonly clientMetadata?: Readonly<Record<string, string>>;
  readonly source: string;
  readonly username: string;
  readonly userAttributes: readonly Attribute[];
}

type Target = (services: Services) => (context: unknown, request: Request) => Promise<object>;

const require = createRequire(import.meta.url);

// The package exports only its own server. These inner modules are why its version is pinned.
export const { Targets: targets } = require('cognito-local/lib/targets/targets') as { Targets: Record<string, Target> };
export const { CognitoError } = require('cognito-local/lib/errors') as { CognitoError: typeof CognitoErrorType };
const { UserPoolServiceImpl: Implementation } = require('cognito-local/lib/services/userPoolService') as {
  UserPoolServiceImpl: new (
    clients: JsonStore,
    clock: Services['clock'],
    store: JsonStore,
    options: object,
  ) => UserPool;
};

export function createUserPool(clock: Services['clock'], store: JsonStore, options: object): UserPool {
  return new Implementation(store, clock, store, options);
}

export function notAuthorized(message = 'Incorrect username or password.') {
  return new CognitoError('NotAuthorizedException', message);
}

export function invalidParameter(message: string) {
  return new CognitoError('InvalidParameterException', message);
}
