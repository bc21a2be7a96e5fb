import type { LiveStagesPage, StageSummary } from '../../../contract/stages.ts';
import { type Caller, standingOf } from '../access/caller-role.ts';
import type { LiveCursor, LiveStage, Membership, Services } from '../ports.ts';

const NO_MEMBERSHIP: Membership = { guest: undefined, ban: undefined };

type Page = Pick<LiveStagesPage, 'stages'> & { readonly cursor?: LiveCursor };

/** Public stages that are live now, newest first, with the caller's role on each. */
export const listLiveStages =
  ({ liveStatus, stageAccess, now }: Pick<Services, 'liveStatus' | 'stageAccess' | 'now'>) =>
  async (caller: Caller, limit: number, from?: LiveCursor): Promise<Page> => {
    const { stages, cursor } = await liveStatus.listLive(limit, from);
    const owners = stages.map(({ ownerId }) => ownerId);
    const memberships = await stageAccess.readMemberships(owners, caller.userId);
    return {
      stages: stages.map((stage) => toSummary(stage, memberships.get(stage.ownerId) ?? NO_MEMBERSHIP, caller, now())),
      ...(cursor && { cursor }),
    };
  };

function toSummary(stage: LiveStage, membership: Membership, caller: Caller, now: Date): StageSummary {
  const visibility = 'public';
  const { role, capabilities } = standingOf(caller, stage.ownerId, { ...membership, owner: { visibility } }, now);
  return { ...stage, status: 'active', live: true, visibility, role, capabilities };
}
