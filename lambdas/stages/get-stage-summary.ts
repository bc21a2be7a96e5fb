import type { StageSummary, UserId } from '../../contract/stages.ts';
import { type Caller, standingOf } from './access/caller-role.ts';
import { StageNotFoundError } from './errors.ts';
import type { Services } from './ports.ts';
import { toStageSummary } from './user-stage-view.ts';

/** @throws StageNotFoundError also where the caller may not know of the stage */
export const getStageSummary =
  ({ stageAccess, now }: Pick<Services, 'stageAccess' | 'now'>) =>
  async (ownerId: UserId, caller: Caller): Promise<StageSummary> => {
    const access = await stageAccess.read(ownerId, caller.userId);
    const standing = standingOf(caller, ownerId, access, now());
    if (!access.owner) throw new StageNotFoundError(ownerId);
    if (standing.role === null && access.owner.visibility !== 'public') throw new StageNotFoundError(ownerId);
    return toStageSummary(access.owner, standing, now());
  };
