const GIVE_UP_AFTER_MS = 5000;

/**
 * Ends a refresh token, and everything that came of it. Nobody waits for that: it goes on when the page is closed, and a token that
 * Cognito cannot be asked to end is forgotten here all the same. The library's own call would hold the sign-out up.
 */
export function revokeToken(cognitoUrl: string, clientId: string, refreshToken: string): void {
  const revoking = fetch(cognitoUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityProviderService.RevokeToken',
    },
    body: JSON.stringify({ ClientId: clientId, Token: refreshToken }),
    keepalive: true,
    signal: AbortSignal.timeout(GIVE_UP_AFTER_MS),
  });
  revoking.catch((error: unknown) => console.warn('a refresh token could not be revoked:', error));
}
