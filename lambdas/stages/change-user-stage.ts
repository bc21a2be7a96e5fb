import type { ChangeStageRequest, UserId, UserStage, Visibility } from '../../contract/stages.ts';
import { StageNotFoundError, StageNotReadyError, UpstreamThrottledError } from './errors.ts';
import { getUserStage } from './get-user-stage.ts';
import { liveStatusOf } from './live/publishers.ts';
import type { Services } from './ports.ts';
import { isRunning, type Profile } from './profile.ts';
import { toUserStage } from './user-stage-view.ts';

type Needs = Pick<Services, 'profiles' | 'liveStatus' | 'now'>;

/** Others write the same profile: a handful of functions at most. */
const MOST_TRIES = 6;

/** Changes what the request names; an empty request changes nothing. */
export const changeUserStage =
  (services: Needs) =>
  async (userId: UserId, { visibility }: ChangeStageRequest): Promise<UserStage> => {
    if (visibility === undefined) return getUserStage(services)(userId);
    for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
      const profile = await services.profiles.get(userId);
      if (!profile) throw new StageNotFoundError(userId);
      const changed = profile.visibility === visibility ? profile : await change(services, profile, visibility);
      if (changed) return toUserStage(changed, services.now());
    }
    throw new UpstreamThrottledError();
  };

/** The index of live stages has public ones only, so visibility is written with what it depends on. */
async function change(
  { liveStatus, now }: Needs,
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
