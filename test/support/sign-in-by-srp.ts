import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

export interface SrpSignIn {
  readonly endpoint: string;
  readonly pool: string;
  readonly client: string;
  readonly user: string;
  readonly password: string;
  readonly times?: number;
}

/** Signs in with amazon-cognito-identity-js: for each time the claims of the access token, or the error. */
export async function signInBySrp(signIn: SrpSignIn): Promise<object[]> {
  const flags = Object.entries(signIn).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const program = path.join(import.meta.dirname, 'srp-program.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...flags]);
  return JSON.parse(stdout) as object[];
}
