import type { ChangeStageRequest, UserId, UserStage, Visibility } from '../../contract/stages.ts';
import { StageNotFoundError, StageNotReadyError, UpstreamThrottledError } from './errors.ts';
import { getUserStage } from './get-user-stage.ts';
import { liveStatusOf } from './live/publishers.ts';
import { lookAgain } from './moderation/look-again.ts';
import type { Services } from './ports.ts';
import { isRunning, type Profile } from './profile.ts';
import { toUserStage } from './user-stage-view.ts';

export type ChangeStageNeeds = Pick<Services, 'profiles' | 'liveStatus' | 'rightsChecks' | 'now'>;

/** Others write the same profile: a handful of functions at most. */
const MOST_TRIES = 6;

/** Changes what the request names; an empty request changes nothing. */
export const changeUserStage =
  (services: ChangeStageNeeds) =>
  async (userId: UserId, { visibility }: ChangeStageRequest): Promise<UserStage> => {
    if (visibility === undefined) return getUserStage(services)(userId);
    for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
      const profile = await services.profiles.get(userId);
      if (!profile) throw new StageNotFoundError(userId);
      const changed = profile.visibility === visibility ? profile : await change(services, profile, visibility);
      if (!changed) continue;
      // Also when it was so already: an earlier request may have got no further than to the profile.
      if (visibility === 'invited' && changed.stage) await lookAgain(services, { ownerId: userId });
      return toUserStage(changed, services.now());
    }
    throw new UpstreamThrottledError();
  };

/** The index of live stages has public ones only, so visibility is written with what it depends on. */
async function change(
  { liveStatus, now }: ChangeStageNeeds,
  profile: Profile,
  visibility: Visibility,
): Promise<Profile | undefined> {
  const at = now();
  const { lease } = profile;
  if (isRunning(lease, at) && lease.deleting) {
    throw new StageNotReadyError(Math.ceil((lease.until - at.getTime()) / 1000));
  }
  return liveStatus.replace(profile, { ...liveStatusOf(profile.publishers), visibility }, at);
}
