import type { ChangeStageRequest, UserId, UserStage } from '../../contract/stages.ts';
import { StageNotFoundError } from './errors.ts';
import { getUserStage } from './get-user-stage.ts';
import type { Services } from './ports.ts';
import { toUserStage } from './user-stage-view.ts';

/** Changes what the request names; an empty request changes nothing. */
export const changeUserStage =
  (services: Pick<Services, 'profiles' | 'now'>) =>
  async (userId: UserId, { visibility }: ChangeStageRequest): Promise<UserStage> => {
    if (visibility === undefined) return getUserStage(services)(userId);
    const profile = await services.profiles.changeVisibility(userId, visibility);
    if (!profile) throw new StageNotFoundError(userId);
    return toUserStage(profile, services.now());
  };
