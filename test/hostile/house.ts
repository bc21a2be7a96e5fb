import { createPrivateKey } from 'node:crypto';
import type { Context } from 'aws-lambda';
import type { UserId } from '../../contract/stages.ts';
import { KeyPairTokenIssuer } from '../../lambdas/adapters/key-pair-token-issuer.ts';
import { P384KeyPairs } from '../../lambdas/adapters/p384-key-pairs.ts';
import type { SigningKey } from '../../lambdas/adapters/secrets-manager-signing-keys.ts';
import { me } from '../../lambdas/http/me/endpoints.ts';
import { moderation } from '../../lambdas/http/moderation/endpoints.ts';
import { read } from '../../lambdas/http/read/endpoints.ts';
import { tokens } from '../../lambdas/http/tokens/endpoints.ts';
import type { HttpEvent } from '../../lambdas/middleware/http-event.ts';
import type { Route } from '../../lambdas/routes.ts';
import { changeUserStage } from '../../lambdas/stages/change-user-stage.ts';
import type { Services } from '../../lambdas/stages/ports.ts';
import { openStageAtSignIn } from '../../lambdas/stages/provisioning/open-stage.ts';
import type { LambdaFunction } from '../support/http-event.ts';
import { deliver } from '../support/live-stage.ts';
import { createWorld, type World } from '../support/world.ts';
import { ADA, BEN, GUS, PIA, PRIVATE_OWNERS, PROTO, USERS, WES } from './cast.ts';

export type Functions = Readonly<Record<Route['function'], LambdaFunction>>;

/** A world with owners, guests and intruders, and the functions in front of it. */
export interface House {
  readonly world: World;
  call(event: HttpEvent, name: Route['function']): ReturnType<LambdaFunction>;
}

export const buildFunctions = (services: Services): Functions => ({
  me: me(services),
  read: read(services),
  tokens: tokens(services),
  moderation: moderation(services),
});

const newKey = (name: string): SigningKey => ({
  publicKeyArn: `arn:aws:ivs:us-east-1:000000000000:public-key/${name}`,
  privateKey: createPrivateKey(new P384KeyPairs().generate().privateKey),
  importedAt: new Date(0),
});

/** What every house signs with, so that a token of one is as good in the next. */
export const houseKey = newKey('house');
/** Of another deployment in the same account. */
export const foreignKey = newKey('foreign');

/** @param build puts a fault into the functions, to see that it is found */
export async function createHouse(build: (services: Services) => Functions = buildFunctions): Promise<House> {
  const world = createWorld();
  for (const userId of USERS) await moveIn(world, userId);
  for (const ownerId of [ADA, PIA]) await fill(world, ownerId);
  for (const ownerId of [ADA, PIA, PROTO]) await goLive(world, ownerId);
  await deliver(world);
  for (const ownerId of PRIVATE_OWNERS) await changeUserStage(world)(ownerId, { visibility: 'invited' });
  const functions = build({ ...world, tokenIssuer: tokenIssuerOf(world) });
  return { world, call: (event, name) => functions[name](event, {} as Context) };
}

const EVENTS_URL = 'wss://events.invalid';

async function moveIn(world: World, userId: UserId): Promise<void> {
  world.ivs.trouble = (operation) => (userId === WES && operation === 'createStage' ? 'throttled' : undefined);
  await openStageAtSignIn(world)(userId, nameOf(userId));
  world.ivs.trouble = () => undefined;
  // Key-pair tokens need it; the twin of IVS knows none.
  world.profiles.change(
    userId,
    ({ stage }) => stage !== undefined,
    ({ stage, ...profile }) =>
      stage
        ? {
            ...profile,
            stage: {
              ...stage,
              endpoints: { ...stage.endpoints, events: EVENTS_URL },
              endpointsAt: world.now().toISOString(),
            },
          }
        : profile,
  );
}

/** Shown to whoever may know of the stage. */
export const nameOf = (userId: UserId): string => `Name ${Buffer.from(userId).toString('hex')}`;

/** Participants: more than a page of them. */
const PLACES = [1, 2, 3] as const;

/** More than a page of guests and of bans, so that there are cursors to tamper with. */
const MEMBERS = 51;

async function fill(world: World, ownerId: UserId): Promise<void> {
  const { memberships } = world;
  const until = new Date(world.now().getTime() + 5 * 60_000).toISOString();
  const capabilities = ['PUBLISH_AUDIO', 'SUBSCRIBE_AUDIO'] as const;
  await memberships.putGuest(ownerId, { userId: GUS, capabilities, ...(ownerId === PIA && { expiresAt: until }) });
  await memberships.putBan(ownerId, { userId: BEN }, world.now());
  await memberships.putBan(ownerId, { userId: PROTO }, world.now());
  for (let number = 10; number < 10 + MEMBERS; number++) {
    await memberships.putGuest(ownerId, { userId: `invitee-${number}-of-${ownerId}`, capabilities });
    await memberships.putBan(ownerId, { userId: `outcast-${number}-of-${ownerId}` }, world.now());
  }
  await memberships.burn(ownerId, burntOf(ownerId), new Date(world.now().getTime() + 3_600_000));
}

async function goLive(world: World, ownerId: UserId): Promise<void> {
  const arn = (await world.profiles.get(ownerId))?.stage?.arn ?? '';
  for (const participantId of PLACES.map((number) => `place-${number}-of-${ownerId}`)) {
    const attributes = { role: 'host', capabilities: 'PUBLISH_AUDIO' };
    world.ivs.join(arn, participantId, { userId: ownerId, attributes });
  }
  world.ivs.publish(arn, `place-1-of-${ownerId}`);
}

/** A participant who was put out of the owner's stage. */
export const burntOf = (ownerId: UserId): string => `burnt-of-${ownerId}`;

function tokenIssuerOf(world: World): KeyPairTokenIssuer {
  let participants = 0;
  return new KeyPairTokenIssuer({
    keys: {
      forSigning: async () => houseKey,
      withArn: async (arn) => (arn === houseKey.publicKeyArn ? houseKey : undefined),
    },
    fallback: world.tokenIssuer,
    now: world.now,
    newParticipantId: () => `newcomer-${++participants}`,
  });
}
