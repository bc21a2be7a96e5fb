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
import { keptTokens } from './kept-tokens.ts';
import { revokeToken } from './revoke-token.ts';

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
  /** Sends a code by e-mail, if there is such a user: Cognito does not tell. */
  forgotPassword(userName: string): Promise<void>;
  resetPassword(userName: string, code: string, newPassword: string): Promise<void>;
  /** Null: nobody is signed in, or not any more. */
  getAccessToken(options: { readonly refresh: boolean }): Promise<string | null>;
  /** Forgets all tokens at once, and has the refresh token revoked. */
  signOut(): void;
  /** Told when another tab signs out, or signs somebody else in: nobody is signed in here then. Answers how not to listen any more. */
  onSignedOutElsewhere(listener: () => void): () => void;
}

export function createCognitoAccount(config: PageConfig): CognitoAccount {
  const cognitoUrl = cognitoUrlOf(config);
  const pool = new CognitoUserPool({
    UserPoolId: config.userPoolId,
    ClientId: config.userPoolClientId,
    // Not sessionStorage: a link to a stage, opened in a tab of its own, finds its viewer signed in. Nobody else's script runs on
    // this page by its Content-Security-Policy, and signing out revokes what was kept.
    Storage: localStorage,
    ...(config.local && { endpoint: cognitoUrl }),
  });
  const kept = keptTokens(localStorage, config.userPoolClientId);
  const userNamed = (name: string) => new CognitoUser({ Username: name, Pool: pool, Storage: localStorage });
  let current = pool.getCurrentUser();
  let refreshing: { readonly user: CognitoUser; readonly session: Promise<CognitoUserSession> } | undefined;

  const revoke = (tokens: readonly (string | undefined)[]) => {
    for (const token of new Set(tokens)) if (token) revokeToken(cognitoUrl, config.userPoolClientId, token);
  };
  const becomeCurrent = (user: CognitoUser) => {
    current = user;
    revoke(kept.forgetOthers(user.getUsername()));
  };
  /** Null when it is over, or was ended meanwhile: the library keeps what it gets after that all the same. */
  const ifStillCurrent = (user: CognitoUser, session: CognitoUserSession | null) => {
    if (session !== null && current === user) return session;
    if (current === user) current = null;
    if (current?.getUsername() !== user.getUsername()) kept.forget(user.getUsername());
    return null;
  };

  const refresh = (user: CognitoUser, session: CognitoUserSession) => {
    if (refreshing?.user === user) return refreshing.session;
    const started = {
      user,
      session: refreshSession(user, session).finally(() => {
        if (refreshing === started) refreshing = undefined;
      }),
    };
    refreshing = started;
    return started.session;
  };

  return {
    async restore() {
      if (current === null) return null;
      const user = current;
      const session = ifStillCurrent(user, await sessionOf(user).catch(nullIfOver));
      return session && userOf(session);
    },
    async signIn(userName, password) {
      await paint();
      const user = userNamed(userName);
      const details = new AuthenticationDetails({ Username: userName, Password: password });
      return nextStep(user, becomeCurrent, (callbacks) => user.authenticateUser(details, callbacks));
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
    forgotPassword: (userName) =>
      new Promise((resolve, reject) => {
        userNamed(userName).forgotPassword({ onSuccess: () => resolve(), onFailure: reject });
      }),
    resetPassword: (userName, code, newPassword) =>
      new Promise((resolve, reject) => {
        userNamed(userName).confirmPassword(code, newPassword, { onSuccess: () => resolve(), onFailure: reject });
      }),
    async getAccessToken({ refresh: isRefused }) {
      if (current === null) return null;
      const user = current;
      const session = await (refreshing?.user === user ? refreshing.session : sessionOf(user))
        .then((found) => (isRefused ? refresh(user, found) : found))
        .catch(nullIfOver);
      const usable = ifStillCurrent(user, session);
      return usable && tokenOf(usable);
    },
    signOut() {
      const user = current;
      current = null;
      if (user !== null) revoke([refreshTokenOf(user), kept.forget(user.getUsername())]);
    },
    onSignedOutElsewhere: (listener) =>
      kept.onUserElsewhere((userName) => {
        const user = current;
        if (user === null || userName === user.getUsername()) return;
        current = null;
        // What is kept is the other tab's by now.
        revoke([refreshTokenOf(user)]);
        listener();
      }),
  };
}

function cognitoUrlOf({ local, userPoolId }: PageConfig): string {
  if (local !== undefined) return new URL(local.cognitoEndpoint, location.href).href;
  return `https://cognito-idp.${userPoolId.split('_')[0]}.amazonaws.com/`;
}

function refreshTokenOf(user: CognitoUser): string | undefined {
  return user.getSignInUserSession()?.getRefreshToken().getToken();
}

/** The arithmetic of SRP holds the page up: what was shown last should be seen before. */
function paint(): Promise<void> {
  const delayMs = 50;
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

function nextStep(
  user: CognitoUser,
  onSignedIn: (user: CognitoUser) => void,
  begin: (callbacks: IAuthenticationCallback) => void,
): Promise<SignInStep> {
  return new Promise((resolve, reject) => {
    const refuse = (challenge: string) =>
      reject(new Error(`Cognito asks for ${challenge}, which this page does not offer`));
    begin({
      onSuccess: (session) => {
        onSignedIn(user);
        resolve({ name: 'signed-in', user: userOf(session) });
      },
      onFailure: reject,
      totpRequired: () =>
        resolve({
          name: 'code-wanted',
          answer: (code) =>
            nextStep(user, onSignedIn, (callbacks) => user.sendMFACode(code, callbacks, 'SOFTWARE_TOKEN_MFA')),
        }),
      newPasswordRequired: () =>
        resolve({
          name: 'new-password-wanted',
          answer: (password) =>
            nextStep(user, onSignedIn, (callbacks) => user.completeNewPasswordChallenge(password, {}, callbacks)),
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

/** Refused, or nothing was kept. Anything else, as no network or the answer of a proxy, says nothing of it. */
function nullIfOver(error: Error & { readonly code?: unknown }): null {
  if (OVER.has(error.code) || NOTHING_KEPT.test(error.message)) return null;
  throw error;
}

const OVER = new Set<unknown>(['NotAuthorizedException', 'UserNotFoundException', 'PasswordResetRequiredException']);
/** The library has no code for it. */
const NOTHING_KEPT = /please authenticate/i;

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
