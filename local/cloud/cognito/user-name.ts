import { invalidParameter } from './cognito-local.ts';
import type { UserPoolDefinition } from './user-pool-definition.ts';

/** The name under which a user is kept and found: where case does not tell users apart, the one in small letters. */
export function foldUserName({ caseSensitive }: UserPoolDefinition, name: string): string {
  return caseSensitive ? name : name.toLowerCase();
}

export function assertUserName(name: string | undefined): void {
  if (name !== undefined && /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u.test(name)) return;
  throw invalidParameter('Username must be 1 to 128 letters, marks, symbols, numbers or punctuation characters');
}
