import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type Answer, answers, messageAnswer } from './answer.ts';
import type { RouteDefinition } from './routes.ts';

export interface Access {
  /** As the event carries them: every claim a string. Undefined on an open route. */
  readonly jwt?: { readonly claims: Readonly<Record<string, string>>; readonly scopes: readonly string[] | null };
}

export interface Refusal {
  readonly refused: Answer;
  readonly reason: string;
}

const INVALID_TOKEN = 'Bearer scope="" error="invalid_token"';

/** A JWT authorizer as HTTP APIs have it. It does not look at `token_use`: ID tokens pass, as on AWS. */
export function createAuthorizer(now: () => number) {
  const keySets = new Map<string, JWTVerifyGetKey>();
  const keysOf = (issuer: string): JWTVerifyGetKey => {
    const keys = keySets.get(issuer) ?? createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
    keySets.set(issuer, keys);
    return keys;
  };

  return async (
    { authorizer, scopes: wanted }: RouteDefinition,
    authorization: string | undefined,
  ): Promise<Access | Refusal> => {
    if (authorizer === undefined) return {};
    const token = /^(?:Bearer\s+)?(\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return unauthorized('Bearer', 'no token');
    try {
      const { payload } = await jwtVerify(token, keysOf(authorizer.issuer), {
        issuer: authorizer.issuer,
        algorithms: ['RS256'],
        requiredClaims: ['exp'],
        currentDate: new Date(now()),
      });
      // The client id counts only in a token without an audience.
      const audience = [payload.aud ?? payload.client_id].flat();
      if (!authorizer.audience.some((wantedAudience) => audience.includes(wantedAudience))) {
        return unauthorized(INVALID_TOKEN, 'the token is for none of the audiences');
      }
      const scopes = typeof payload.scope === 'string' ? payload.scope.split(' ') : [];
      if (wanted.length > 0 && !wanted.some((scope) => scopes.includes(scope))) {
        return { refused: answers.forbidden, reason: 'the token has none of the scopes' };
      }
      return { jwt: { claims: stringClaims(payload), scopes: wanted.length > 0 ? scopes : null } };
    } catch (error) {
      // jose's messages quote the token, whose sender could so write lines of their own into the log. Its codes do not.
      return unauthorized(INVALID_TOKEN, error instanceof errors.JOSEError ? error.code : String(error));
    }
  };
}

function unauthorized(challenge: string, reason: string): Refusal {
  return { refused: messageAnswer(401, 'Unauthorized', { 'www-authenticate': challenge }), reason };
}

/** A list of groups arrives as `"[a b]"`, without quotes: what HTTP APIs really send, though it is not documented. */
function stringClaims(payload: JWTPayload): Record<string, string> {
  return Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(' ')}]` : String(value),
    ]),
  );
}
