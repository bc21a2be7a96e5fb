import {
  AuthenticationDetails,
  CognitoUser,
  CognitoUserPool,
  type CognitoUserSession,
} from 'amazon-cognito-identity-js';
import { config } from './config.ts';

// What this page did before it knew of stages. Only `getAccessToken` is for Stagedoor.
const pool = new CognitoUserPool({ UserPoolId: config.userPoolId, ClientId: config.userPoolClientId });

export function signIn(Username: string, Password: string): Promise<void> {
  const user = new CognitoUser({ Username, Pool: pool });
  return new Promise((resolve, reject) => {
    user.authenticateUser(new AuthenticationDetails({ Username, Password }), {
      onSuccess: () => resolve(),
      onFailure: reject,
      newPasswordRequired: () => reject(new Error('Choose a new password first')),
      mfaRequired: () => reject(new Error('This page knows no second factor')),
      totpRequired: () => reject(new Error('This page knows no second factor')),
    });
  });
}

/**
 * Null: nobody is signed in, or not any more. Without a network it rejects, and Stagedoor tries again.
 * With Amplify: `(await fetchAuthSession({ forceRefresh: refresh })).tokens?.accessToken.toString() ?? null`.
 */
export async function getAccessToken({ refresh }: { readonly refresh: boolean }): Promise<string | null> {
  const user = pool.getCurrentUser();
  if (user === null) return null;
  try {
    let session = await sessionFrom((done) => user.getSession(done));
    if (refresh) {
      const refreshToken = session.getRefreshToken();
      session = await sessionFrom((done) => user.refreshSession(refreshToken, done));
    }
    return session.getAccessToken().getJwtToken();
  } catch (error) {
    if (over.includes((error as { readonly code?: unknown }).code)) return null;
    throw error;
  }
}

const over: readonly unknown[] = ['NotAuthorizedException', 'UserNotFoundException', 'PasswordResetRequiredException'];

type Done = (error: Error | null, session: CognitoUserSession) => void;

function sessionFrom(ask: (done: Done) => void): Promise<CognitoUserSession> {
  return new Promise((resolve, reject) => ask((error, session) => (error ? reject(error) : resolve(session))));
}
