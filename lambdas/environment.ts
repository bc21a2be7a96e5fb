import type { Visibility } from '../contract/stages.ts';

/** Every environment variable of every function, once. `lib/` sets them under the same names, so a typo does not compile. */
export interface Environment {
  readonly DEPLOYMENT_NAME: string;
  readonly PROFILES_TABLE_NAME: string;
  readonly STAGE_OWNERS_TABLE_NAME: string;
  readonly STAGE_MEMBERS_TABLE_NAME: string;
  readonly PROVISIONING_QUEUE_URL: string;
  readonly ROOM_QUEUE_URL: string;
  readonly USER_POOL_ID: string;
  readonly INITIAL_VISIBILITY: Visibility;
  /** Whole days. */
  readonly STAGE_CHECK_DAYS: string;
  /** Whole days. */
  readonly STALE_AFTER_DAYS: string;
  /** Whole minutes. */
  readonly TOKEN_MINUTES: string;
  /** How many stages the region allows. */
  readonly STAGE_QUOTA: string;
}

/** The only reader of the process's environment in `lambdas/`. */
export function requireEnvironment<K extends keyof Environment>(name: K): Environment[K] {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is not set`);
  return value as Environment[K];
}
