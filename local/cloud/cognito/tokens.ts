import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomUUID,
} from 'node:crypto';
import { promisify } from 'node:util';
import { exportJWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { type Attribute, notAuthorized, type User } from './cognito-local.ts';
import type { UserPoolClientDefinition } from './user-pool-definition.ts';

export interface TokenIssuer {
  readonly jwks: { readonly keys: readonly object[] };
  /** The tokens of a sign-in or, for a refresh of the sign-in `origin`, without a new refresh token. */
  issue(user: User, groups: readonly string[], client: UserPoolClientDefinition, origin?: string): Promise<object>;
  /** The user name in a valid access token. */
  verifyAccessToken(token: string): Promise<string>;
  verifyRefreshToken(token: string, clientId: string): Promise<Refresh>;
  /** Ends all tokens of the sign-in that gave this refresh token, as far as Cognito itself is asked. */
  revoke(refreshToken: string, clientId: string): Promise<void>;
}

/** What a valid refresh token of a client says. */
export interface Refresh {
  readonly userName: string;
  /** Of the sign-in: all tokens that come of it carry it. */
  readonly origin: string;
}

export interface TokenIssuerOptions {
  readonly issuer: string;
  readonly privateKeyPem: string;
  /** Origins whose tokens have been revoked. */
  readonly revoked: RevokedOrigins;
  readonly now: () => number;
}

export interface RevokedOrigins {
  has(origin: string): Promise<boolean>;
  add(origin: string): Promise<void>;
}

/** A key for one instance: cognito-local's own is published with the package, so anybody could forge its tokens. */
export async function createSigningKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export async function createTokenIssuer(options: TokenIssuerOptions): Promise<TokenIssuer> {
  const { issuer, privateKeyPem, revoked, now } = options;
  const privateKey = createPrivateKey(privateKeyPem);
  const publicKey = createPublicKey(privateKey);
  const jwk = await exportJWK(publicKey);
  const keyId = createHash('sha256').update(String(jwk.n)).digest('base64url');
  // Refresh tokens are opaque to clients. With another algorithm than RS256 none passes for an access token.
  const refreshSecret = createHash('sha256').update(privateKeyPem).digest();

  const sign = (claims: JWTPayload, lifeSeconds: number) => {
    const issuedAt = Math.floor(now() / 1_000);
    return new SignJWT({ ...claims, iss: issuer, iat: issuedAt, exp: issuedAt + lifeSeconds, jti: randomUUID() });
  };
  const verify = async (token: string, key: KeyObject | Uint8Array, algorithm: string, refusal: string) => {
    try {
      const options = { issuer, algorithms: [algorithm], currentDate: new Date(now()) };
      return (await jwtVerify(token, key, options)).payload;
    } catch {
      throw notAuthorized(refusal);
    }
  };
  const verifyRefresh = async (token: string, clientId: string): Promise<Refresh> => {
    const payload = await verify(token, refreshSecret, 'HS256', 'Invalid Refresh Token');
    if (payload.client_id !== clientId) throw notAuthorized('Invalid Refresh Token');
    return { userName: String(payload.username), origin: String(payload.origin_jti) };
  };

  return {
    jwks: { keys: [{ ...jwk, alg: 'RS256', use: 'sig', kid: keyId }] },
    issue: async (user, groups, client, origin) => {
      const attributes = attributesOf(user);
      const shared = {
        sub: attributes.sub ?? '',
        ...(groups.length > 0 && { 'cognito:groups': [...groups] }),
        event_id: randomUUID(),
        origin_jti: origin ?? randomUUID(),
        auth_time: Math.floor(now() / 1_000),
      };
      const access = {
        client_id: client.id,
        token_use: 'access',
        scope: 'aws.cognito.signin.user.admin',
        username: user.Username,
      };
      const id = { ...idClaims(attributes), aud: client.id, token_use: 'id', 'cognito:username': user.Username };
      const { origin_jti } = shared;
      const refresh = { client_id: client.id, username: user.Username, token_use: 'refresh', origin_jti };
      const header = { alg: 'RS256', kid: keyId };
      return {
        AccessToken: await sign({ ...shared, ...access }, client.accessTokenSeconds)
          .setProtectedHeader(header)
          .sign(privateKey),
        IdToken: await sign({ ...shared, ...id }, client.idTokenSeconds)
          .setProtectedHeader(header)
          .sign(privateKey),
        ...(origin === undefined && {
          RefreshToken: await sign(refresh, client.refreshTokenSeconds)
            .setProtectedHeader({ alg: 'HS256' })
            .sign(refreshSecret),
        }),
        TokenType: 'Bearer',
        ExpiresIn: client.accessTokenSeconds,
      };
    },
    verifyAccessToken: async (token) => {
      const payload = await verify(token, publicKey, 'RS256', 'Invalid Access Token');
      if (payload.token_use !== 'access') throw notAuthorized('Invalid Access Token');
      if (await revoked.has(String(payload.origin_jti))) throw notAuthorized('Access Token has been revoked');
      return String(payload.username);
    },
    verifyRefreshToken: async (token, clientId) => {
      const refresh = await verifyRefresh(token, clientId);
      if (await revoked.has(refresh.origin)) throw notAuthorized('Refresh Token has been revoked');
      return refresh;
    },
    revoke: async (token, clientId) => revoked.add((await verifyRefresh(token, clientId)).origin),
  };
}

export function attributesOf(user: User): Readonly<Record<string, string>> {
  const attributes = user.Attributes as readonly Attribute[];
  return Object.fromEntries(attributes.map(({ Name, Value }) => [Name, Value]));
}

function idClaims({ email_verified: emailVerified, ...attributes }: Readonly<Record<string, string>>): JWTPayload {
  return { ...attributes, ...(attributes.email !== undefined && { email_verified: emailVerified === 'true' }) };
}
