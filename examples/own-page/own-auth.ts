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

/** With Amplify: `(await fetchAuthSession({ forceRefresh: refresh })).tokens?.accessToken.toString() ?? null`. */
export async function getAccessToken({ refresh }: { readonly refresh: boolean }): Promise<string | null> {
  const user = pool.getCurrentUser();
  if (user === null) return null;
  const session = await new Promise<CognitoUserSession>((resolve, reject) => {
    user.getSession((error: Error | null, session: CognitoUserSession) => (error ? reject(error) : resolve(session)));
  });
  if (!refresh) return session.getAccessToken().getJwtToken();
  return new Promise((resolve, reject) => {
    user.refreshSession(session.getRefreshToken(), (error: Error | null, fresh: CognitoUserSession) =>
      error ? reject(error) : resolve(fresh.getAccessToken().getJwtToken()),
    );
  });
}
