import { sign, verify } from 'node:crypto';
import type { Capability } from '../../contract/stages.ts';
import { CAPABILITIES, ivsCapabilities } from '../stages/access/capabilities.ts';
import type { HeldToken, TokenRequest } from '../stages/ports.ts';
import { stageIdOf } from '../stages/stage-tags.ts';
import { toTokenConfiguration } from './ivs-real-time.ts';
import type { SigningKey } from './secrets-manager-signing-keys.ts';

/** What IVS compares with the stage, and what an exchange must not change. */
export type TokenPlace = Pick<HeldToken, 'participantId' | 'stageArn' | 'eventsUrl' | 'whipUrl'>;

/** Payload of a participant token: the fields that IVS asks for, all of them, under its names. */
export interface TokenClaims {
  readonly exp: number;
  readonly iat: number;
  readonly jti: string;
  readonly user_id: string;
  readonly resource: string;
  readonly topic: string;
  readonly events_url: string;
  readonly whip_url: string;
  readonly capabilities: { readonly allow_publish?: true; readonly allow_subscribe?: true };
  readonly attributes: Readonly<Record<string, string>>;
  readonly version: '1.0';
}

/** Clocks differ: a token from the future would be refused. */
const BACKDATED_SECONDS = 10;
/** IVS refuses a token that lives longer, counted from `iat`. */
const LONGEST_LIFE_SECONDS = 14 * 86_400;

export function claimsOf(place: TokenPlace, request: TokenRequest, now: Date): TokenClaims {
  const nowSeconds = Math.floor(now.getTime() / 1000);
  const iat = nowSeconds - BACKDATED_SECONDS;
  const granted = ivsCapabilities(request.capabilities);
  return {
    exp: Math.min(nowSeconds + request.durationMinutes * 60, iat + LONGEST_LIFE_SECONDS),
    iat,
    jti: place.participantId,
    user_id: request.userId,
    resource: place.stageArn,
    topic: stageIdOf(place.stageArn),
    events_url: place.eventsUrl,
    whip_url: place.whipUrl,
    capabilities: {
      ...(granted.includes('PUBLISH') && { allow_publish: true }),
      ...(granted.includes('SUBSCRIBE') && { allow_subscribe: true }),
    },
    attributes: toTokenConfiguration(request).attributes,
    version: '1.0',
  };
}

export function signToken(claims: TokenClaims, { publicKeyArn, privateKey }: SigningKey): string {
  const unsigned = `${encode({ alg: 'ES384', typ: 'JWT', kid: publicKeyArn })}.${encode(claims)}`;
  return `${unsigned}.${sign('sha384', Buffer.from(unsigned), jose(privateKey)).toString('base64url')}`;
}

/** JOSE wants the two numbers of a signature side by side, Node's default is DER. */
const jose = (key: SigningKey['privateKey']) => ({ key, dsaEncoding: 'ieee-p1363' }) as const;

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** A token of three readable parts; whether to trust it is another question. */
export interface ReadableToken {
  readonly algorithm: unknown;
  readonly keyId: unknown;
  /** The token as given: `header.payload` and the signature. */
  readonly signed: string;
  readonly signature: string;
}

export function readToken(token: string): ReadableToken | undefined {
  const match = /^(([\w-]+)\.[\w-]+)\.([\w-]+)$/.exec(token);
  const header = match && decode(match[2] ?? '');
  if (!header) return undefined;
  return { algorithm: header.alg, keyId: header.kid, signed: match[1] ?? '', signature: match[3] ?? '' };
}

/** Node takes the public half of a private key by itself. */
export const isSignedBy = ({ signed, signature }: ReadableToken, { privateKey }: SigningKey): boolean =>
  verify('sha384', Buffer.from(signed), jose(privateKey), Buffer.from(signature, 'base64url'));

/** What we signed has the form that we gave it; what an older release signed may lack something. */
export function toHeldToken({ signed }: ReadableToken): HeldToken | undefined {
  const claims = decode(signed.slice(signed.indexOf('.') + 1)) as Partial<TokenClaims> | undefined;
  if (claims?.version !== '1.0' || !isComplete(claims)) return undefined;
  const { jti, user_id, resource, events_url, whip_url, exp, attributes } = claims;
  return {
    participantId: jti,
    userId: user_id,
    stageArn: resource,
    capabilities: capabilitiesIn(attributes),
    expiresAt: new Date(exp * 1000),
    eventsUrl: events_url,
    whipUrl: whip_url,
  };
}

const isComplete = (claims: Partial<TokenClaims>): claims is TokenClaims =>
  [claims.jti, claims.user_id, claims.resource, claims.events_url, claims.whip_url].every(
    (claim) => typeof claim === 'string',
  ) &&
  typeof claims.exp === 'number' &&
  claims.attributes !== undefined;

function capabilitiesIn({ capabilities = '' }: TokenClaims['attributes']): readonly Capability[] {
  const names = capabilities.split(',');
  return CAPABILITIES.filter((capability) => names.includes(capability));
}

function decode(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return Object(JSON.parse(Buffer.from(part, 'base64url').toString())) as Record<string, unknown>;
  } catch {
    // Whatever it is, it is not a part of a JWT.
    return undefined;
  }
}
