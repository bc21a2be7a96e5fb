import type { ParticipantToken, UserId } from '../../../contract/stages.ts';
import { CAPABILITIES } from '../access/capabilities.ts';
import { toParticipantToken } from '../access/participant-token.ts';
import type { Services, TokenRequest } from '../ports.ts';
import type { Profile, StageRecord } from '../profile.ts';
import { stageIdOf, stageNameOf, tagsOf } from '../stage-tags.ts';
import type { TimeBudget } from './time-budget.ts';

export type Creation =
  | { readonly outcome: 'created'; readonly profile: Profile; readonly hostToken?: ParticipantToken }
  /** Another attempt got there first, and its stage is the one that stays. */
  | { readonly outcome: 'present'; readonly profile: Profile }
  /** Somebody else holds the lease. */
  | { readonly outcome: 'busy' }
  /** The attempt's lease may still stand: the caller decides how to give up. */
  | { readonly outcome: 'failed'; readonly attemptId: string; readonly cause: unknown };

type Needs = Pick<Services, 'profiles' | 'stageOwners' | 'ivs' | 'settings' | 'log' | 'metrics' | 'now' | 'newId'>;

/**
 * Makes the stage of a user who has none: claim the lease, CreateStage, pointer, commit. CreateStage cannot be repeated
 * safely, so there is one try; a stage that no profile names in the end is left to the sweep.
 */
export const createUserStage =
  (services: Needs) =>
  async (userId: UserId, budget: TimeBudget, hostName?: string): Promise<Creation> => {
    const { profiles, metrics, now, newId } = services;
    const attemptId = newId();
    try {
      const lease = { attemptId, kind: 'create', until: budget.leaseUntil } as const;
      const claimed = await profiles.claimForCreation(userId, lease, now(), budget.total);
      if (!claimed) return { outcome: 'busy' };
      const creation = await createAndCommit(services, userId, attemptId, budget, hostName);
      if (creation.outcome === 'created') metrics.record({ StagesCreated: 1 });
      return creation;
    } catch (cause) {
      return { outcome: 'failed', attemptId, cause };
    }
  };

async function createAndCommit(
  services: Needs,
  userId: UserId,
  attemptId: string,
  budget: TimeBudget,
  hostName: string | undefined,
): Promise<Creation> {
  const { ivs, profiles, stageOwners, settings, now } = services;
  const createdAt = now().toISOString();
  const name = stageNameOf(userId);
  const tags = tagsOf({ ownerId: userId, deployment: settings.deployment, attemptId, createdAt });
  const hostToken = hostName === undefined ? undefined : hostTokenRequest(userId, hostName, settings.tokenMinutes);
  const created = await ivs.createStage({ name, tags, ...(hostToken && { hostToken }) }, budget.ivs);
  const { arn, endpoints } = created;
  const stage = { arn, name, createdAt, attemptId, endpoints, endpointsAt: createdAt, checkedAt: createdAt };
  await stageOwners.put(stageIdOf(stage.arn), userId, budget.total);
  const profile = await profiles.commitStage(userId, stage, now(), budget.total);
  if (!profile) return settleRefusedCommit(services, userId, stage, budget);
  if (!created.hostToken || !hostToken) return { outcome: 'created', profile };
  return { outcome: 'created', profile, hostToken: toParticipantToken(created.hostToken, hostToken, arn) };
}

/**
 * The lease ran out before the commit. What the profile names stays; our own stage goes if that is another one, or if the
 * user has left and the profile is gone. If a profile names none, the next attempt or the sweep decides.
 */
async function settleRefusedCommit(
  services: Needs,
  userId: UserId,
  stage: StageRecord,
  budget: TimeBudget,
): Promise<Creation> {
  const profile = await services.profiles.get(userId, budget.total);
  if (profile?.stage?.arn === stage.arn) return { outcome: 'created', profile };
  if (!profile || profile.stage) await deleteSurplus(services, userId, stage, budget);
  if (profile?.stage) return { outcome: 'present', profile };
  return { outcome: 'failed', attemptId: stage.attemptId, cause: new Error('the lease ended before the commit') };
}

async function deleteSurplus(
  { ivs, stageOwners, log }: Needs,
  userId: UserId,
  { arn }: StageRecord,
  budget: TimeBudget,
): Promise<void> {
  try {
    await stageOwners.delete(stageIdOf(arn), budget.total);
    await ivs.deleteStage(arn, budget.total);
  } catch (cause) {
    log.warn('a surplus stage was left to the sweep', { userId, stageArn: arn, cause });
  }
}

const hostTokenRequest = (userId: UserId, displayName: string, durationMinutes: number): TokenRequest => ({
  userId,
  displayName,
  role: 'host',
  capabilities: CAPABILITIES,
  durationMinutes,
});
