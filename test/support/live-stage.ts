import type { UserId } from '../../contract/stages.ts';
import { applyStageUpdate } from '../../lambdas/stages/live/apply-stage-update.ts';
import { type ReconcileReport, reconcileLiveStatus } from '../../lambdas/stages/live/reconcile-live-status.ts';
import type { StageUpdate } from '../../lambdas/stages/live/stage-update.ts';
import { signIn } from './stage-life.ts';
import type { World } from './world.ts';

/** Opens the user's stage and returns its ARN. */
export async function openStage(world: World, userId: UserId = 'ada'): Promise<string> {
  await signIn(world, userId);
  const profile = await world.profiles.get(userId);
  if (!profile?.stage) throw new Error(`'${userId}' has no stage`);
  return profile.stage.arn;
}

/** Delivers events; by default all that IVS has told so far, once and in order. */
export async function deliver(
  world: World,
  updates: readonly StageUpdate[] = world.ivs.events.splice(0),
): Promise<void> {
  for (const update of updates) await applyStageUpdate(world)(update);
}

export async function reconcile(world: World, forMs = 240_000): Promise<ReconcileReport> {
  const outcome = await reconcileLiveStatus(world)(new Date(world.now().getTime() + forMs));
  if ('skipped' in outcome) throw new Error(outcome.skipped);
  return outcome;
}

/** Who counts as publishing on the user's stage, by the profile. */
export async function liveStatusOfUser(world: World, userId: UserId = 'ada') {
  const { live, liveSince, publisherCount, doubtful } = (await world.profiles.get(userId)) ?? {};
  return { live, liveSince, publisherCount, doubtful };
}
