import { CognitoError } from './cognito-local.ts';
import type { PasswordPolicy } from './user-pool-definition.ts';

const DEFAULT_POLICY: PasswordPolicy = {
  MinimumLength: 8,
  RequireLowercase: true,
  RequireNumbers: true,
  RequireSymbols: true,
  RequireUppercase: true,
};

export function assertPassword(password = '', policy: PasswordPolicy = DEFAULT_POLICY): void {
  const problem = findProblem(password, policy);
  if (problem === undefined) return;
  throw new CognitoError('InvalidPasswordException', `Password did not conform with policy: ${problem}`);
}

function findProblem(password: string, policy: PasswordPolicy): string | undefined {
  if (password.length < policy.MinimumLength) return 'Password not long enough';
  if (policy.RequireUppercase && !/[A-Z]/.test(password)) return 'Password must have uppercase characters';
  if (policy.RequireLowercase && !/[a-z]/.test(password)) return 'Password must have lowercase characters';
  if (policy.RequireNumbers && !/\d/.test(password)) return 'Password must have numeric characters';
  if (policy.RequireSymbols && !/[^A-Za-z0-9\s]/.test(password)) return 'Password must have symbol characters';
  return undefined;
}
