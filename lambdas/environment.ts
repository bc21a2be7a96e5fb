import type { Visibility } from '../contract/stages.ts';

/** Every environment variable of every function, once. `lib/` sets them under the same names, so a typo does not compile. */
export interface Environment {
  readonly DEPLOYMENT_NAME: string;
  readonly PROFILES_TABLE_NAME: string;
  readonly STAGE_OWNERS_TABLE_NAME: string;
  readonly STAGE_MEMBERS_TABLE_NAME: string;
  readonly PROVISIONING_QUEUE_URL: string;
  readonly ROOM_QUEUE_URL: string;
  readonly RIGHTS_CHECK_QUEUE_URL: string;
  readonly USER_POOL_ID: string;
  /** Of the sign-in function, and only where the user pool was there before. */
  readonly USER_POOL_CLIENT_ID: string;
  readonly SIGNING_SECRET_ARN: string;
  readonly INITIAL_VISIBILITY: Visibility;
  /** Whole days. */
  readonly STAGE_CHECK_DAYS: string;
  /** Whole days. */
  readonly STALE_AFTER_DAYS: string;
  /** Whole minutes. */
  readonly TOKEN_MINUTES: string;
  readonly TOKEN_ISSUER: 'key-pair' | 'ivs-api';
  /** How many stages the region allows. */
  readonly STAGE_QUOTA: string;
}

/** This file is the only reader of the process's environment in `lambdas/`. */
export function requireEnvironment<K extends keyof Environment>(name: K): Environment[K] {
  const value = readEnvironment(name);
  if (value === undefined) throw new Error(`environment variable ${name} is not set`);
  return value;
}

/** Of a variable that not every deployment sets. */
export const readEnvironment = <K extends keyof Environment>(name: K): Environment[K] | undefined =>
  (process.env[name] || undefined) as Environment[K] | undefined;

/** What Lambda gives a function to sign its calls with: the credentials of its role, for as long as its sandbox lives. */
export const readRoleCredentials = () => ({
  accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? '',
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? '',
  ...(process.env.AWS_SESSION_TOKEN && { sessionToken: process.env.AWS_SESSION_TOKEN }),
});
