import type { Capability, UserId } from '../../contract/stages.ts';
import type { Caller } from '../../lambdas/stages/access/caller-role.ts';
import type { World } from './world.ts';

const ALL: readonly Capability[] = ['PUBLISH_AUDIO', 'PUBLISH_VIDEO', 'SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];
const SUBSCRIBE: readonly Capability[] = ['SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];

export const callerOf = (userId: UserId): Caller => ({ userId, isModerator: userId.startsWith('mod') });

/** What docs/security.md says that a user may have on an owner's stage, reckoned anew from the rows. */
export function mayHave(world: World, ownerId: UserId, userId: UserId): readonly Capability[] {
  if (userId === ownerId) return ALL;
  const { isModerator } = callerOf(userId);
  if (isBanned(world, ownerId, userId)) return isModerator ? SUBSCRIBE : [];
  const guest = world.guests.get(`${ownerId}/${userId}`);
  const owner = world.profiles.all().find((profile) => profile.userId === ownerId);
  const otherwise = isModerator || owner?.visibility === 'public' ? SUBSCRIBE : [];
  if (!guest || !runs(guest, world.now())) return otherwise;
  // In its last minute an invitation is too short for a token.
  const isEnding = !runs(guest, new Date(world.now().getTime() + 60_000));
  return isEnding ? [...guest.capabilities, ...otherwise] : guest.capabilities;
}

export function isBanned(world: World, ownerId: UserId, userId: UserId): boolean {
  const ban = world.bans.get(`${ownerId}/${userId}`);
  return ban !== undefined && runs(ban, world.now());
}

const runs = ({ expiresAt }: { readonly expiresAt?: string }, now: Date): boolean =>
  expiresAt === undefined || Date.parse(expiresAt) > now.getTime();
