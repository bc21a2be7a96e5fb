import type { Capability, Role, UserId } from '../../contract/stages.ts';
import type { World } from '../support/world.ts';
import type { Part } from './state.ts';

/*
 * Who may do what, written anew from docs/security.md and not from the code that it judges.
 */

export interface Who {
  readonly userId: UserId;
  readonly isModerator: boolean;
}

export interface Rights {
  readonly role: Role | null;
  /** The most that a token may hold. */
  readonly most: readonly Capability[];
  /** Whether the caller may learn that there is such a stage. */
  readonly knows: boolean;
  /** Whether the caller may see and change who is on the stage and who is banned from it. */
  readonly moderates: boolean;
  /** How long a token may live. */
  readonly longestSeconds: number;
}

/** The caller, if the gateway's claims name one. */
export function whoCalls(claims: Readonly<Record<string, unknown>>): Who | undefined {
  const { sub, token_use: use, 'cognito:groups': groups } = claims;
  if (use !== 'access' || typeof sub !== 'string' || !/^[\w-]{1,117}$/.test(sub)) return undefined;
  const names = Array.isArray(groups) ? groups : String(groups ?? '').match(/[^[\] ]+/g);
  return { userId: sub, isModerator: (names ?? []).includes('moderators') };
}

const SUBSCRIBE: readonly Capability[] = ['SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];
const ALL: readonly Capability[] = ['PUBLISH_AUDIO', 'PUBLISH_VIDEO', ...SUBSCRIBE];

const HOST_SECONDS = 3_600;
const OTHERS_SECONDS = 900;

export function rightsOn(world: World, ownerId: UserId, { userId, isModerator }: Who): Rights {
  const profile = world.profiles.all().find((candidate) => candidate.userId === ownerId);
  const isPublic = profile?.visibility === 'public';
  const moderates = profile !== undefined && (userId === ownerId || isModerator);
  const as = (role: Role, most: readonly Capability[], longestSeconds = OTHERS_SECONDS): Rights => ({
    role,
    most,
    knows: profile !== undefined,
    moderates,
    longestSeconds,
  });
  if (userId === ownerId) return as('host', ALL, HOST_SECONDS);
  const row = `${ownerId}/${userId}`;
  const ban = world.bans.get(row);
  if (ban && secondsLeft(world, ban) > 0) {
    if (isModerator) return as('moderator', SUBSCRIBE);
    return { role: null, most: [], knows: isPublic, moderates, longestSeconds: 0 };
  }
  const guest = world.guests.get(row);
  // IVS issues no token for less than a minute.
  if (guest && secondsLeft(world, guest) > 60) {
    const most = ALL.filter((capability) => guest.capabilities.includes(capability));
    return as('guest', most, Math.min(OTHERS_SECONDS, secondsLeft(world, guest)));
  }
  if (isModerator) return as('moderator', SUBSCRIBE);
  if (isPublic) return as('viewer', SUBSCRIBE);
  return { role: null, most: [], knows: false, moderates, longestSeconds: 0 };
}

const secondsLeft = (world: World, { expiresAt }: { readonly expiresAt?: string }): number =>
  expiresAt === undefined ? Number.POSITIVE_INFINITY : (Date.parse(expiresAt) - world.now().getTime()) / 1000;

/** What a route does at the stage that it names; whatever is not listed it leaves as it was. */
export const MAY_CHANGE: Readonly<Record<string, readonly Part[]>> = {
  'PUT /me/stage': ['profile', 'stages', 'participants'],
  'PATCH /me/stage': ['profile'],
  'DELETE /me': ['profile', 'stages', 'guests', 'bans', 'burnt', 'ingests', 'participants'],
  'PUT /me/stage/guests/{userId}': ['guests'],
  'DELETE /me/stage/guests/{userId}': ['guests'],
  'POST /me/stage/ingests': ['profile', 'ingests'],
  'DELETE /me/stage/ingests/{ingestId}': ['ingests', 'participants'],
  'PUT /stages/{ownerId}/bans/{userId}': ['profile', 'bans', 'burnt', 'participants'],
  'DELETE /stages/{ownerId}/bans/{userId}': ['bans'],
  'DELETE /stages/{ownerId}/participants/{participantId}': ['burnt', 'participants'],
};

/** All that a body may have; whatever else it has must be refused. */
export const BODY_FIELDS: Readonly<Record<string, readonly string[]>> = {
  'PATCH /me/stage': ['visibility'],
  'PUT /me/stage/guests/{userId}': ['capabilities', 'expiresAt'],
  'POST /me/stage/ingests': ['protocol'],
  'POST /stages/{ownerId}/tokens': ['capabilities', 'durationMinutes'],
  'POST /stages/{ownerId}/tokens/exchange': ['token', 'capabilities'],
  'PUT /stages/{ownerId}/bans/{userId}': ['expiresAt'],
};

/** Whether a request that is in order may succeed. */
export function mayCall(routeKey: string, { role, knows, moderates }: Rights): boolean {
  if (!routeKey.includes('{ownerId}')) return true;
  if (routeKey.includes('/tokens')) return role !== null;
  if (routeKey === 'GET /stages/{ownerId}') return knows;
  return moderates;
}
