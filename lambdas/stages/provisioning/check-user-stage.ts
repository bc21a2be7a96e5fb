import { isIvsError } from '../errors.ts';
import type { Services } from '../ports.ts';
import { type Profile, removalOf, type StageRecord } from '../profile.ts';
import { DEPLOYMENT_TAG, stageIdOf, stageNameOf } from '../stage-tags.ts';
import type { TimeBudget } from './time-budget.ts';

export type Check =
  | { readonly outcome: 'confirmed'; readonly profile: Profile }
  | { readonly outcome: 'gone' }
  /** IVS did not tell; the next visit asks again. */
  | { readonly outcome: 'unknown'; readonly cause: unknown };

type Needs = Pick<Services, 'profiles' | 'stageOwners' | 'ivs' | 'settings' | 'log' | 'metrics' | 'now'>;

/** Asks IVS about the stage that a profile names: forgets one that is gone, mends a name that drifted. */
export const checkUserStage =
  (services: Needs) =>
  async (profile: Profile, stage: StageRecord, budget: TimeBudget): Promise<Check> => {
    try {
      return await check(services, profile, stage, budget);
    } catch (cause) {
      services.log.warn('a stage could not be checked', { userId: profile.userId, stageArn: stage.arn, cause });
      return { outcome: 'unknown', cause };
    }
  };

async function check(services: Needs, profile: Profile, stage: StageRecord, budget: TimeBudget): Promise<Check> {
  const { ivs, profiles, now } = services;
  const { userId } = profile;
  const found = await findOwnStage(services, stage, budget);
  if (!found) return forget(services, profile, stage, budget);
  if (found === 'not ours') return leaveAlone(services, profile, stage, budget);

  const name = stageNameOf(userId);
  if (found.name !== name) await ivs.renameStage(stage.arn, name, budget.ivs);
  const checkedAt = now().toISOString();
  const checked = { ...stage, name, endpoints: found.endpoints, endpointsAt: checkedAt, checkedAt };
  const recorded = await profiles.recordCheck(userId, checked, removalOf(profile), budget.total);
  return recorded
    ? { outcome: 'confirmed', profile: recorded }
    : { outcome: 'unknown', cause: new Error('the profile changed during the check') };
}

/** IVS looks at our permission on the stage's tags first: one with another deployment's tag is not even shown. */
async function findOwnStage({ ivs, settings }: Needs, { arn }: StageRecord, budget: TimeBudget) {
  try {
    const found = await ivs.getStage(arn, budget.ivs);
    return found && found.tags[DEPLOYMENT_TAG] !== settings.deployment ? 'not ours' : found;
  } catch (error) {
    if (isIvsError(error, 'denied')) return 'not ours';
    throw error;
  }
}

async function forget(
  { profiles, stageOwners, log }: Needs,
  { userId }: Profile,
  { arn }: StageRecord,
  budget: TimeBudget,
): Promise<Check> {
  // The profile last: while it names the stage, somebody will come back to finish this.
  await stageOwners.delete(stageIdOf(arn), budget.total);
  await profiles.clearStage(userId, arn, true, budget.total);
  log.warn('a stage was gone and is forgotten', { userId, stageArn: arn });
  return { outcome: 'gone' };
}

/** Somebody changed its tags: a person has to look. A removal that broke off ends here, or it would never end. */
async function leaveAlone(
  { profiles, log, metrics }: Needs,
  profile: Profile,
  { arn }: StageRecord,
  budget: TimeBudget,
): Promise<Check> {
  const { userId } = profile;
  log.error('a profile names a stage that is not ours', { userId, stageArn: arn });
  metrics.record({ ForeignStages: 1 });
  const removal = removalOf(profile);
  if (!removal) return { outcome: 'confirmed', profile };
  await profiles.releaseLease(userId, removal.attemptId, undefined, budget.total);
  const { lease: _ended, ...released } = profile;
  return { outcome: 'confirmed', profile: released };
}
