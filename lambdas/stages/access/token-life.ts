import type { Services } from '../ports.ts';
import type { Admitted } from './admit-caller.ts';

/** A token is checked at the join only: a short one costs its holder nothing and ends sooner what a kick or ban must outlast. */
export const LONGEST_FOR_OTHERS_MINUTES = 15;

/** How long a token may live: never past the end of an invitation. */
export function tokenLifeMinutes(
  { settings, now }: Pick<Services, 'settings' | 'now'>,
  { role, standing: { roleEndsAt } }: Pick<Admitted, 'role' | 'standing'>,
  wantedMinutes = Number.POSITIVE_INFINITY,
): number {
  const longest = role === 'host' ? settings.tokenMinutes : Math.min(settings.tokenMinutes, LONGEST_FOR_OTHERS_MINUTES);
  const untilRoleEnds =
    roleEndsAt === undefined ? longest : Math.floor((Date.parse(roleEndsAt) - now().getTime()) / 60_000);
  // A guest has a minute left when their role is decided; the clock must not make that none.
  return Math.max(1, Math.min(wantedMinutes, longest, untilRoleEnds));
}
