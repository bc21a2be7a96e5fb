import type { Services } from './ports.ts';
import { type Profile, removalOf, type StageRecord } from './profile.ts';
import { DEPLOYMENT_TAG, stageIdOf, stageNameOf } from './stage-tags.ts';
import type { TimeBudget } from './time-budget.ts';

export type Check =
  | { readonly outcome: 'confirmed'; readonly profile: Profile }
  | { readonly outcome: 'gone' }
  /** IVS did not tell; the next visit asks again. */
  | { readonly outcome: 'unknown' };

type Needs = Pick<Services, 'profiles' | 'stageOwners' | 'ivs' | 'settings' | 'log' | 'now'>;

/** Asks IVS about the stage that a profile names: forgets one that is gone, mends a name that drifted. */
export const checkUserStage =
  (services: Needs) =>
  async (profile: Profile, stage: StageRecord, budget: TimeBudget): Promise<Check> => {
    try {
      return await check(services, profile, stage, budget);
    } catch (cause) {
      services.log.warn('a stage could not be checked', { userId: profile.userId, stageArn: stage.arn, cause });
      return { outcome: 'unknown' };
    }
  };

async function check(services: Needs, profile: Profile, stage: StageRecord, budget: TimeBudget): Promise<Check> {
  const { ivs, profiles, stageOwners, settings, log, now } = services;
  const { userId } = profile;
  const found = await ivs.getStage(stage.arn, budget.ivs);
  if (!found) {
    // The profile last: while it names the stage, somebody will come back to finish this.
    await stageOwners.delete(stageIdOf(stage.arn), budget.total);
    await profiles.clearStage(userId, stage.arn, budget.total);
    log.warn('a stage was gone and is forgotten', { userId, stageArn: stage.arn });
    return { outcome: 'gone' };
  }
  if (found.tags[DEPLOYMENT_TAG] !== settings.deployment) {
    log.error('a profile names a stage that is not ours', { userId, stageArn: stage.arn });
    return { outcome: 'confirmed', profile };
  }
  if (found.name !== stageNameOf(userId)) await ivs.renameStage(stage.arn, stageNameOf(userId), budget.ivs);
  const checkedAt = now().toISOString();
  const checked = {
    ...stage,
    name: stageNameOf(userId),
    endpoints: found.endpoints,
    endpointsAt: checkedAt,
    checkedAt,
  };
  const recorded = await profiles.recordCheck(userId, checked, removalOf(profile), budget.total);
  return recorded ? { outcome: 'confirmed', profile: recorded } : { outcome: 'unknown' };
}
