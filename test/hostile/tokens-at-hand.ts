import { createPublicKey } from 'node:crypto';
import type { Capability, Role, UserId } from '../../contract/stages.ts';
import { claimsOf, signToken, type TokenClaims } from '../../lambdas/adapters/participant-token-jwt.ts';
import { ADA, BEN, GUS, MOD, PIA, PROTO, SAM } from './cast.ts';
import { burntOf, foreignKey, type House, houseKey, nameOf } from './house.ts';
import { forgeries } from './token-forgeries.ts';

/** What a token of the deployment's own says. */
export interface Held {
  readonly userId: UserId;
  readonly ownerId: UserId;
  readonly participantId: string;
  readonly capabilities: readonly Capability[];
}

export interface TokenAtHand {
  readonly name: string;
  readonly token: string;
  /** Absent: nobody may exchange it anywhere. */
  readonly held?: Held;
}

const LISTEN: readonly Capability[] = ['SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];
const ALL: readonly Capability[] = ['PUBLISH_AUDIO', 'PUBLISH_VIDEO', ...LISTEN];

/** Tokens of every sort in the hands of intruders: their own, those of others, and what can be made of them. */
export function tokensAtHand({ world }: House): readonly TokenAtHand[] {
  const arnOf = (ownerId: UserId) => world.profiles.all().find(({ userId }) => userId === ownerId)?.stage?.arn ?? '';
  const claims = ([userId, ownerId, role, capabilities]: Issue, participantId = `seat-of-${userId}-at-${ownerId}`) => {
    const place = {
      participantId,
      stageArn: arnOf(ownerId),
      eventsUrl: 'wss://events.invalid',
      whipUrl: 'https://whip.invalid',
    };
    const request = { userId, displayName: nameOf(userId), role, capabilities, durationMinutes: 15 };
    return claimsOf(place, request, world.now());
  };
  const own = ISSUED.map((issue): TokenAtHand => {
    const [userId, ownerId, , capabilities] = issue;
    const said = claims(issue);
    const held = { userId, ownerId, participantId: said.jti, capabilities };
    return { name: `of ${userId} at ${ownerId}`, token: signToken(said, houseKey), held };
  });
  const guests = claims(GUESTS);
  return [
    ...own,
    ...Object.entries(spoilt(guests, claims(GUESTS, burntOf(ADA)))).map(([name, token]) => ({ name, token })),
    ...forgedFrom(signToken(guests, houseKey), arnOf(PIA)),
  ];
}

type Issue = readonly [userId: UserId, ownerId: UserId, role: Role, capabilities: readonly Capability[]];

const GUESTS: Issue = [GUS, ADA, 'guest', ['PUBLISH_AUDIO', 'SUBSCRIBE_AUDIO']];

/** Some were given while the holder had more rights than now. */
const ISSUED: readonly Issue[] = [
  GUESTS,
  [GUS, PIA, 'guest', ALL],
  [ADA, ADA, 'host', ALL],
  [PIA, PIA, 'host', ALL],
  [SAM, ADA, 'guest', ALL],
  [SAM, PIA, 'viewer', LISTEN],
  [BEN, ADA, 'viewer', LISTEN],
  [BEN, PIA, 'viewer', LISTEN],
  [MOD, PIA, 'moderator', LISTEN],
  [PROTO, PROTO, 'host', ALL],
];

/** Tokens with a signature of somebody's deployment that are no good all the same. */
const spoilt = (claims: TokenClaims, burnt: TokenClaims): Readonly<Record<string, string>> => ({
  expired: signToken({ ...claims, exp: claims.iat }, houseKey),
  'of a participant who was put out': signToken(burnt, houseKey),
  'of an earlier stage': signToken({ ...claims, resource: `${claims.resource}999` }, houseKey),
  'of another version': signToken({ ...claims, version: '2.0' as '1.0' }, houseKey),
  'of another deployment': signToken(claims, foreignKey),
  'of another deployment, by our name': signToken(claims, { ...foreignKey, publicKeyArn: houseKey.publicKeyArn }),
});

function forgedFrom(token: string, victimStageArn: string): readonly TokenAtHand[] {
  const publicKeyPem = createPublicKey(houseKey.privateKey).export({ format: 'pem', type: 'spki' }).toString();
  const forged = forgeries({ token, publicKeyPem, stolen: { user_id: PIA, resource: victimStageArn } });
  return Object.entries(forged).map(([name, text]) => ({ name, token: text }));
}
