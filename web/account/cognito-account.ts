import {
  AuthenticationDetails,
  type CognitoAccessToken,
  CognitoUser,
  CognitoUserAttribute,
  CognitoUserPool,
  type CognitoUserSession,
  type IAuthenticationCallback,
} from 'amazon-cognito-identity-js';
import type { PageConfig } from '../page-config.ts';

export interface AccountUser {
  /** `sub` of the access token. */
  readonly userId: string;
  /** The display name, or else the user name. */
  readonly name: string;
}

/** What the user has to do next. `answer` rejects with Cognito's error, and may be tried again then. */
export type SignInStep =
  | { readonly name: 'signed-in'; readonly user: AccountUser }
  | { readonly name: 'code-wanted'; answer(code: string): Promise<SignInStep> }
  | { readonly name: 'new-password-wanted'; answer(password: string): Promise<SignInStep> };

export interface NewAccount {
  readonly userName: string;
  readonly displayName: string;
  readonly email: string;
  readonly password: string;
}

/** The account of whoever uses this browser. All of it rejects with Cognito's errors, whose `name` tells them apart. */
export interface CognitoAccount {
  /** Who signed in before, in this tab or another; null: nobody, or too long ago. */
  restore(): Promise<AccountUser | null>;
  /** By SRP: the password does not leave the browser. Takes a second or so of arithmetic. */
  signIn(userName: string, password: string): Promise<SignInStep>;
  /** Resolves with whether a code has to confirm the account. */
  signUp(account: NewAccount): Promise<{ readonly isConfirmed: boolean }>;
  confirm(userName: string, code: string): Promise<void>;
  resendCode(userName: string): Promise<void>;
  /** Null: nobody is signed in, or not any more. */
  getAccessToken(options: { readonly refresh: boolean }): Promise<string | null>;
  /** Revokes the refresh token, and forgets all tokens even if that fails. */
  signOut(): Promise<void>;
  /** Told of a sign-out in another tab; answers how not to listen any more. */
  onSignedOutElsewhere(listener: () => void): () => void;
}

export function createCognitoAccount(config: PageConfig): CognitoAccount {
  const pool = new CognitoUserPool({
    UserPoolId: config.userPoolId,
    ClientId: config.userPoolClientId,
    // Not sessionStorage: a link to a stage, opened in a tab of its own, finds its viewer signed in. Nobody else's script runs on
    // this page by its Content-Security-Policy, and signing out revokes what was kept.
    Storage: localStorage,
    ...(config.local && { endpoint: new URL(config.local.cognitoEndpoint, location.href).href }),
  });
  const userNamed = (name: string) => new CognitoUser({ Username: name, Pool: pool, Storage: localStorage });
  let current = pool.getCurrentUser();
  let refreshing: Promise<CognitoUserSession> | undefined;

  const refresh = (user: CognitoUser, session: CognitoUserSession) => {
    refreshing ??= refreshSession(user, session).finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  };

  return {
    async restore() {
      if (current === null) return null;
      const session = await sessionOf(current).catch(nullIfOver);
      return session && userOf(session);
    },
    async signIn(userName, password) {
      await paint();
      const user = userNamed(userName);
      const details = new AuthenticationDetails({ Username: userName, Password: password });
      const step = await nextStep(user, (callbacks) => user.authenticateUser(details, callbacks));
      current = user;
      return step;
    },
    async signUp({ userName, displayName, email, password }) {
      const attributes = [
        new CognitoUserAttribute({ Name: 'email', Value: email }),
        new CognitoUserAttribute({ Name: 'preferred_username', Value: displayName }),
      ];
      return new Promise((resolve, reject) => {
        pool.signUp(userName, password, attributes, [], (error, result) => {
          // Null beside an error, whatever the library's types say.
          if (result) resolve({ isConfirmed: result.userConfirmed });
          else reject(error);
        });
      });
    },
    confirm: (userName, code) => called((done) => userNamed(userName).confirmRegistration(code, false, done)),
    resendCode: (userName) => called((done) => userNamed(userName).resendConfirmationCode(done)),
    async getAccessToken({ refresh: isRefused }) {
      if (current === null) return null;
      const user = current;
      const session = await (refreshing ?? sessionOf(user))
        .then((found) => (isRefused ? refresh(user, found) : found))
        .catch(nullIfOver);
      return session && tokenOf(session);
    },
    async signOut() {
      const user = current;
      current = null;
      if (user === null) return;
      // Rejects when offline: the tokens are forgotten here all the same.
      await new Promise<void>((resolve) => user.signOut(() => resolve()));
      user.signOut();
    },
    onSignedOutElsewhere(listener) {
      const hear = ({ key, newValue }: StorageEvent) => {
        const isSignOut = key === null || (key.endsWith('.LastAuthUser') && newValue === null);
        if (isSignOut && current !== null) listener();
      };
      window.addEventListener('storage', hear);
      return () => window.removeEventListener('storage', hear);
    },
  };
}

/** The arithmetic of SRP holds the page up: what was shown last should be seen before. */
function paint(): Promise<void> {
  const delayMs = 50;
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

function nextStep(user: CognitoUser, begin: (callbacks: IAuthenticationCallback) => void): Promise<SignInStep> {
  return new Promise((resolve, reject) => {
    const refuse = (challenge: string) =>
      reject(new Error(`Cognito asks for ${challenge}, which this page does not offer`));
    begin({
      onSuccess: (session) => resolve({ name: 'signed-in', user: userOf(session) }),
      onFailure: reject,
      totpRequired: () =>
        resolve({
          name: 'code-wanted',
          answer: (code) => nextStep(user, (callbacks) => user.sendMFACode(code, callbacks, 'SOFTWARE_TOKEN_MFA')),
        }),
      newPasswordRequired: () =>
        resolve({
          name: 'new-password-wanted',
          answer: (password) =>
            nextStep(user, (callbacks) => user.completeNewPasswordChallenge(password, {}, callbacks)),
        }),
      mfaRequired: refuse,
      mfaSetup: refuse,
      selectMFAType: refuse,
      customChallenge: () => refuse('CUSTOM_CHALLENGE'),
    });
  });
}

/** From what is kept, or by the refresh token when that has expired. */
function sessionOf(user: CognitoUser): Promise<CognitoUserSession> {
  return new Promise((resolve, reject) => {
    user.getSession((error: Error | null, session: CognitoUserSession | null) => {
      if (session === null) reject(error);
      else resolve(session);
    });
  });
}

function refreshSession(user: CognitoUser, session: CognitoUserSession): Promise<CognitoUserSession> {
  return new Promise((resolve, reject) => {
    user.refreshSession(session.getRefreshToken(), (error: Error | null, refreshed: CognitoUserSession) => {
      if (error) reject(error);
      else resolve(refreshed);
    });
  });
}

/** Refused, or nothing was kept, which the library tells without a code. Anything else, as no network, says nothing of it. */
function nullIfOver(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === undefined || OVER.has(code)) return null;
  throw error;
}

const OVER = new Set<unknown>(['NotAuthorizedException', 'UserNotFoundException', 'PasswordResetRequiredException']);

function userOf(session: CognitoUserSession): AccountUser {
  const claims = session.getIdToken().payload as Readonly<Record<string, string | undefined>>;
  const userId = (session.getAccessToken() as CognitoAccessToken).payload.sub as string;
  return { userId, name: claims.preferred_username || claims['cognito:username'] || userId };
}

function tokenOf(session: CognitoUserSession): string {
  return session.getAccessToken().getJwtToken();
}

function called(call: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => (error ? reject(error) : resolve()));
  });
}
