import type { UserId } from '../../../contract/stages.ts';
import { LONGEST_FOR_OTHERS_MINUTES } from '../access/token-life.ts';
import { UpstreamThrottledError } from '../errors.ts';
import { liveStatusOf } from '../live/publishers.ts';
import type { Services } from '../ports.ts';
import { isRunning } from '../profile.ts';

/** As long as a token lives, and ten minutes: the reconcile pass comes every five, and may take as long. */
export const WATCH_MS = (LONGEST_FOR_OTHERS_MINUTES + 10) * 60_000;
/** Others write the same profile: a handful of functions at most. */
const MOST_TRIES = 6;

/** Has the reconcile pass look at the stage for users who were banned and hold tokens with which they did not join yet. */
export const watchStage =
  ({ profiles, liveStatus, now }: Pick<Services, 'profiles' | 'liveStatus' | 'now'>) =>
  async (ownerId: UserId): Promise<void> => {
    for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
      const profile = await profiles.get(ownerId);
      const at = now();
      // Without a stage no token is good; a stage that is being deleted takes everybody with it.
      if (!profile?.stage || (isRunning(profile.lease, at) && profile.lease.deleting)) return;
      const { publishers, visibility } = profile;
      const watchUntil = new Date(at.getTime() + WATCH_MS).toISOString();
      if (await liveStatus.replace(profile, { ...liveStatusOf(publishers), visibility, watchUntil }, at)) return;
    }
    throw new UpstreamThrottledError();
  };
