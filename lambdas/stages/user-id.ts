import type { UserId } from '../../contract/stages.ts';

/** IVS allows 128 characters of this set in a stage's name, `user-<userId>-stage`. */
const USER_ID = /^[A-Za-z0-9_-]{1,117}$/;

export const USER_ID_RULE = 'must have 1 to 117 characters of A-Z, a-z, 0-9, - and _';

export const isUserId = (value: unknown): value is UserId => typeof value === 'string' && USER_ID.test(value);
