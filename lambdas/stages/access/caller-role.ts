import type { Capability, Role, UserId } from '../../../contract/stages.ts';
import type { Membership } from '../ports.ts';
import type { Profile } from '../profile.ts';
import { maximumCapabilities } from './capabilities.ts';

/** Who calls, from a verified access token. */
export interface Caller {
  readonly userId: UserId;
  readonly isModerator: boolean;
}

/** What the caller is on a stage, and the most they can do there. */
export interface Standing {
  readonly role: Role | null;
  readonly capabilities: readonly Capability[];
  readonly banned: boolean;
  /** The moment a guest's invitation ends, ISO. */
  readonly roleEndsAt?: string;
}

/** What decides about a caller on a stage. */
export interface StandingFacts extends Membership {
  readonly owner: Pick<Profile, 'visibility'> | undefined;
}

/**
 * The owner comes first, so that nobody can be locked out of their own stage; then the ban. It ends an invitation, but no host
 * can keep a moderator off a stage.
 */
export function standingOf(caller: Caller, ownerId: UserId, access: StandingFacts, now: Date): Standing {
  if (caller.userId === ownerId) return asRole('host');
  if (access.ban && !hasEnded(access.ban, now)) {
    return caller.isModerator ? asRole('moderator') : { role: null, capabilities: [], banned: true };
  }
  if (access.guest && !hasEnded(access.guest, inAMinute(now))) {
    const { capabilities, expiresAt } = access.guest;
    return { ...asRole('guest', capabilities), ...(expiresAt && { roleEndsAt: expiresAt }) };
  }
  if (caller.isModerator) return asRole('moderator');
  if (access.owner?.visibility === 'public') return asRole('viewer');
  return { role: null, capabilities: [], banned: false };
}

/** IVS issues no token for less than a minute, and a guest's must not outlive the invitation. */
const inAMinute = (now: Date): Date => new Date(now.getTime() + 60_000);

const asRole = (role: Role, invitedTo?: readonly Capability[]): Standing => ({
  role,
  capabilities: maximumCapabilities(role, invitedTo),
  banned: false,
});

/** Rows outlive their end until DynamoDB's TTL gets to them. */
export const hasEnded = ({ expiresAt }: { readonly expiresAt?: string }, now: Date): boolean =>
  expiresAt !== undefined && Date.parse(expiresAt) <= now.getTime();
