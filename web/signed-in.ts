import type { StagedoorApi, Transport } from '@stagedoor/client';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { PageConfig } from './page-config.ts';

/** What every view behind the sign-in works with. */
export interface SignedIn {
  readonly config: PageConfig;
  readonly api: StagedoorApi;
  /** Where stages are joined; undefined: Amazon IVS, the client's default. */
  readonly transport: Transport | undefined;
  /** `sub` of the access token. */
  readonly userId: string;
  readonly userName: string;
  signOut(): void;
}

export const SignedInContext = createContext<SignedIn | null>(null);

export function useSignedIn(): SignedIn {
  const signedIn = useContext(SignedInContext);
  if (signedIn === null) throw new Error('this view is shown behind the sign-in only');
  return signedIn;
}
