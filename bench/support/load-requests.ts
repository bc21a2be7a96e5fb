import type { Problem } from '../../contract/errors.ts';
import type { ParticipantToken } from '../../contract/stages.ts';
import { DEMO_PASSWORD } from '../../local/cloud/demo-users.ts';
import { type Crowd, exchangeWork, firstSignIn, repeatedSignIn, tokenWork, type Work } from './load-mix.ts';

/** Where the load goes. */
export interface Target {
  readonly apiUrl: string;
  readonly cognitoUrl: string;
  readonly clientId: string;
}

/** What came of one request. */
export interface Result {
  /** Undefined: it was answered as it should be. */
  readonly failure?: string;
  /** Of the request's kind: a participant token or an access token. */
  readonly token?: string;
}

/** Does a piece of work that is a request, as a client does it. An event is none. */
export function request(target: Target, crowd: Crowd, { kind, turn }: Work): Promise<Result> {
  if (kind === 'token') {
    const { caller, owner } = tokenWork(crowd, turn);
    return askForToken(target, caller.accessToken, `/stages/${owner.userId}/tokens`, {});
  }
  if (kind === 'exchange') {
    const { caller, capabilities } = exchangeWork(crowd, turn);
    const body = { token: caller.hostTokens[0], capabilities };
    return askForToken(target, caller.accessToken, `/stages/${caller.userId}/tokens/exchange`, body);
  }
  if (kind === 'event') throw new Error('events are told, not asked for');
  return signIn(target, kind === 'first sign-in' ? firstSignIn(turn) : repeatedSignIn(crowd, turn));
}

export async function askForToken(target: Target, accessToken: string, path: string, body: object): Promise<Result> {
  const { status, answer } = await post<ParticipantToken & Problem>(`${target.apiUrl}${path}`, body, {
    'content-type': 'application/json',
    authorization: `Bearer ${accessToken}`,
  });
  return answer.token ? { token: answer.token } : { failure: `${status} ${answer.code ?? ''}` };
}

export async function signIn({ cognitoUrl, clientId }: Target, userName: string): Promise<Result> {
  const { status, answer } = await post<SignInAnswer>(
    cognitoUrl,
    {
      ClientId: clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: userName, PASSWORD: DEMO_PASSWORD },
    },
    {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
    },
  );
  const token = answer.AuthenticationResult?.AccessToken;
  return token ? { token } : { failure: `${status} ${answer.__type ?? ''}` };
}

interface SignInAnswer {
  readonly AuthenticationResult?: { readonly AccessToken: string };
  readonly __type?: string;
}

async function post<T>(url: string, body: object, headers: Readonly<Record<string, string>>) {
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, answer: (await response.json()) as Partial<T> };
}

/** Whose access token, or whose participant it is. */
export const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    readonly sub: string;
    readonly resource: string;
    readonly jti: string;
  };
