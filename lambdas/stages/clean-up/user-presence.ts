import type { Pace } from '../pace.ts';
import type { IdleProfile, Services } from '../ports.ts';
import type { CleanUpRequest } from './clean-up-run.ts';

/**
 * Whether the user pool has a user. `gone`: absent now, and absent a day ago already. `unknown`: the call failed, which
 * counts as present, but the next run asks again.
 */
export type Presence = 'present' | 'absent' | 'gone' | 'unknown';

const LEAST_ABSENCE_MS = 86_400_000;

/** Looks a user up in the user pool, and notes since when they are absent. */
export async function askForUser(
  { userDirectory, profiles, log, now }: Pick<Services, 'userDirectory' | 'profiles' | 'log' | 'now'>,
  pace: Pace,
  { asOf, dryRun }: CleanUpRequest,
  { userId, absentSince }: IdleProfile,
): Promise<Presence> {
  try {
    await pace.turn();
    if (await userDirectory.exists(userId)) {
      if (absentSince !== undefined && !dryRun) await profiles.recordAbsence(userId, undefined);
      return 'present';
    }
    if (absentSince !== undefined && !isAhead(absentSince, asOf, now())) {
      return isLongAgo(absentSince, asOf) ? 'gone' : 'absent';
    }
    if (absentSince !== undefined && !dryRun) await profiles.recordAbsence(userId, undefined);
    // A run may be given a time of its own; two of them within minutes must not make a day.
    const since = new Date(Math.max(asOf.getTime(), now().getTime()));
    if (!dryRun) await profiles.recordAbsence(userId, since.toISOString());
    return 'absent';
  } catch (cause) {
    log.error('a user could not be looked up', { userId, cause });
    return 'unknown';
  }
}

/** Noted by a run whose time lay ahead: it would keep the user for as long. */
const isAhead = (absentSince: string, asOf: Date, now: Date): boolean =>
  Date.parse(absentSince) > Math.max(asOf.getTime(), now.getTime());

const isLongAgo = (absentSince: string, asOf: Date): boolean =>
  asOf.getTime() - Date.parse(absentSince) >= LEAST_ABSENCE_MS;
