import type { UserId, UserStage } from '../../contract/stages.ts';
import { StageNotFoundError } from './errors.ts';
import type { Services } from './ports.ts';
import { toUserStage } from './user-stage-view.ts';

/** The caller's own stage, whatever its status. @throws StageNotFoundError before any visit of theirs reached us */
export const getUserStage =
  ({ profiles, now }: Pick<Services, 'profiles' | 'now'>) =>
  async (userId: UserId): Promise<UserStage> => {
    const profile = await profiles.get(userId);
    if (!profile) throw new StageNotFoundError(userId);
    return toUserStage(profile, now());
  };
