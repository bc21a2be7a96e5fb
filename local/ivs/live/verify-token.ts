import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import { participantTokenClaims, type ValueOf } from '../constraints.ts';
import type { Emulation, Stage } from '../emulation.ts';
import { ApiError } from '../errors.ts';
import { isObject, validate } from '../validate.ts';
import type { Admission, Refusal } from './live-stages.ts';
import { isRefusal } from './live-stages.ts';
import { burnKey } from './presences.ts';
import { refuse } from './refusals.ts';

type Claims = ValueOf<typeof participantTokenClaims>;

const longestLifeSeconds = 14 * 24 * 60 * 60;

export function verifyToken(emulation: Emulation, token: string): Admission | Refusal {
  const issuedBy = findIssuer(emulation, token);
  if (issuedBy === undefined) return refuse.malformed('The token is not signed by this service or an imported key');
  const claims = readClaims(token);
  if (isRefusal(claims)) return claims;
  if (claims.exp * 1000 <= emulation.clock().getTime()) return refuse.expired();
  const stage = emulation.stages.get(claims.resource);
  if (!stage) return refuse.stageDeleted();
  if (!isFor(stage, claims)) return refuse.malformed('topic, events_url or whip_url is not that of the stage');
  if (emulation.burntTokens.has(burnKey(claims.resource, claims.jti))) return refuse.disconnected();
  return admit(claims, issuedBy);
}

/** The algorithm goes with the kind of key, so that a public key never serves as an HMAC secret. */
function findIssuer(emulation: Emulation, token: string): Admission['issuedBy'] | undefined {
  const parts = token.split('.');
  const [header = '', payload = '', signature = ''] = parts;
  if (parts.length !== 3 || !parts.every((part) => /^[\w-]+$/.test(part))) return undefined;
  const { alg, typ, kid } = readJson(header);
  if (typ !== 'JWT') return undefined;
  const signed = Buffer.from(`${header}.${payload}`);
  const given = Buffer.from(signature, 'base64url');
  if (alg === 'HS256' && kid === undefined) {
    const expected = createHmac('sha256', emulation.tokenSecret).update(signed).digest();
    return given.length === expected.length && timingSafeEqual(given, expected) ? 'ivs-api' : undefined;
  }
  const publicKey = typeof kid === 'string' ? emulation.publicKeys.get(kid) : undefined;
  if (alg !== 'ES384' || !publicKey) return undefined;
  const key = createPublicKey(publicKey.publicKeyMaterial);
  return verify('sha384', signed, { key, dsaEncoding: 'ieee-p1363' }, given) ? 'key-pair' : undefined;
}

function readClaims(token: string): Claims | Refusal {
  try {
    const claims = validate(participantTokenClaims, readJson(token.split('.')[1] ?? ''));
    const { exp, iat } = claims;
    if (exp > iat + longestLifeSeconds) return refuse.malformed('exp is more than 14 days after iat');
    return claims;
  } catch (error) {
    if (error instanceof ApiError) return refuse.malformed(error.message);
    throw error;
  }
}

function isFor(stage: Stage, { topic, events_url, whip_url }: Claims): boolean {
  const { events, whip } = stage.endpoints;
  return topic === stage.arn.slice(stage.arn.indexOf('/') + 1) && events_url === events && whip_url === whip;
}

function admit(claims: Claims, issuedBy: Admission['issuedBy'] & string): Admission {
  return {
    participantId: claims.jti,
    stageArn: claims.resource,
    userId: claims.user_id ?? '',
    attributes: claims.attributes ?? {},
    canPublish: claims.capabilities.allow_publish ?? false,
    canSubscribe: claims.capabilities.allow_subscribe ?? false,
    expiresAt: new Date(claims.exp * 1000),
    issuedBy,
  };
}

/** Nothing readable is as good as an empty object: whatever is required is then missing. */
function readJson(part: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return isObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
