import type { Services } from '../ports.ts';
import { hourOf, isRunning, type Profile } from '../profile.ts';
import { stageIdOf } from '../stage-tags.ts';
import { liveStatusOf, samePublishers, takeIn } from './publishers.ts';
import type { StageUpdate } from './stage-update.ts';

export type StageUpdateOutcome =
  | 'applied'
  /** It was known already. */
  | 'unchanged'
  /** Dropped: the participant is another stage's. */
  | 'replica'
  /** Dropped: no stage of this deployment, or one that was removed. */
  | 'unknown-stage'
  /** Dropped: the owner has another stage by now. */
  | 'not-current';

export type ApplyNeeds = Pick<Services, 'stageOwners' | 'profiles' | 'liveStatus' | 'now'>;

/** Others write the same profile: a handful of functions at most. */
const MOST_TRIES = 6;

/** @throws Error when the update has to come back later */
export const applyStageUpdate =
  (services: ApplyNeeds) =>
  async (update: StageUpdate): Promise<StageUpdateOutcome> => {
    if (update.replica) return 'replica';
    const ownerId = await services.stageOwners.get(stageIdOf(update.stageArn));
    if (ownerId === undefined) return 'unknown-stage';
    for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
      const profile = await services.profiles.get(ownerId);
      if (profile?.stage?.arn !== update.stageArn) return 'not-current';
      const outcome = await applyTo(services, profile, update);
      if (outcome) return outcome;
    }
    throw new Error(`the live status of '${ownerId}' changed ${MOST_TRIES} times while it was written`);
  };

/** Undefined: the profile changed meanwhile. */
async function applyTo(
  { liveStatus, now }: ApplyNeeds,
  profile: Profile,
  update: StageUpdate,
): Promise<'applied' | 'unchanged' | undefined> {
  const at = now();
  // Once the stage is gone, the update that comes back is dropped; if the deletion fails, it counts.
  if (isRunning(profile.lease, at) && profile.lease.deleting) throw new Error('the stage is being deleted');
  const publishers = takeIn(profile.publishers, update.participantId, update.kind, update.moment, at);
  if (samePublishers(publishers, profile.publishers)) return 'unchanged';
  const next = { ...liveStatusOf(publishers), visibility: profile.visibility, ...activity(profile, update, at) };
  return (await liveStatus.replace(profile, next, at)) && 'applied';
}

/** Publishing keeps a stage from becoming stale. */
function activity({ idleHour = '' }: Profile, { kind }: StageUpdate, now: Date): { idleHour?: string } {
  const hour = hourOf(now);
  return kind === 'published' && idleHour < hour ? { idleHour: hour } : {};
}
