import { randomBytes } from 'node:crypto';

/** Passwords begin with this, which also has the four kinds of characters that a pool may ask for. */
const PASSWORD_PREFIX = 'Sd1!';

export const newPassword = (): string => `${PASSWORD_PREFIX}${randomBytes(18).toString('base64url')}`;

/** Tokens of Cognito and of IVS, stream keys, and the passwords above. */
const SECRETS = new RegExp(`eyJ[\\w.-]{10,}|rt_\\d+_\\S+|${PASSWORD_PREFIX}[\\w-]+`, 'g');

/** What somebody else says in an error may quote what it was sent. */
export const withoutSecrets = (line: string): string => line.replaceAll(SECRETS, '[secret]');
