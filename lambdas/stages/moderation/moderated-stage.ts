import type { UserId } from '../../../contract/stages.ts';
import { type Caller, standingOf } from '../access/caller-role.ts';
import { NotAllowedError, StageNotFoundError } from '../errors.ts';
import type { Services } from '../ports.ts';
import type { Profile } from '../profile.ts';

export type AuthorityNeeds = Pick<Services, 'stageAccess' | 'now'>;

/** The profile behind a stage that the caller may moderate: their own, or anybody's for a moderator. */
export const moderatedStage =
  ({ stageAccess, now }: AuthorityNeeds) =>
  async (ownerId: UserId, caller: Caller): Promise<Profile> => {
    const access = await stageAccess.read(ownerId, caller.userId);
    const { owner } = access;
    // A guest's role comes before the moderator's, so the role does not tell who is one.
    if (owner && (caller.userId === ownerId || caller.isModerator)) return owner;
    const { role } = standingOf(caller, ownerId, access, now());
    if (!owner || (role === null && owner.visibility !== 'public')) throw new StageNotFoundError(ownerId);
    throw new NotAllowedError('only the host of the stage and moderators may do this');
  };
