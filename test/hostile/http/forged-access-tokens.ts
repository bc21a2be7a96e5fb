import { type KeyObject, sign } from 'node:crypto';
import { decode, forgeries } from '../token-forgeries.ts';

export interface AccessTokenForging {
  /** A good access token of an intruder. */
  readonly token: string;
  /** The user pool's own: what it signs is wrong in its claims alone. */
  readonly poolKey: { readonly privateKey: KeyObject; readonly publicKeyPem: string };
  readonly victim: string;
}

/** Access tokens that must not let anybody in, by what is wrong with them. */
export function forgedAccessTokens({ token, poolKey, victim }: AccessTokenForging): Readonly<Record<string, string>> {
  const { privateKey, publicKeyPem } = poolKey;
  const [header = '', payload = ''] = token.split('.');
  const claims = decode(payload);
  const signed = (change: object, head: object = {}) => {
    const text = [
      { ...decode(header), ...head },
      { ...claims, ...change },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
  };
  const exp = Number(claims.exp);
  const { 'space around it': _trimmed, ...forged } = forgeries({ token, publicKeyPem, stolen: { sub: victim } });
  return {
    ...forged,
    'another issuer': signed({ iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Foreign' }),
    'the issuer with a slash': signed({ iss: `${claims.iss}/` }),
    'no issuer': signed({ iss: undefined }),
    'another client': signed({ client_id: 'another-client' }),
    'no client': signed({ client_id: undefined }),
    'an audience beside the client': signed({ aud: 'another-client' }),
    expired: signed({ exp: exp - 100_000 }),
    'without an end': signed({ exp: undefined }),
    'an end that is no number': signed({ exp: String(exp) }),
    'not yet good': signed({ nbf: exp }),
    'of no use said': signed({ token_use: undefined }),
    'of another use': signed({ token_use: 'refresh' }),
    'a subject that is none': signed({ sub: `${victim}/../x` }),
    'no subject': signed({ sub: undefined }),
    'a subject that is a list': signed({ sub: [victim] }),
    'an unknown kid': signed({}, { kid: 'unknown' }),
    'a critical header nobody knows': signed({}, { crit: ['x-new'], 'x-new': 1 }),
  };
}
