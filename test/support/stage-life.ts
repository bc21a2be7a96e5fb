import type { UserId } from '../../contract/stages.ts';
import type { CleanUpOutcome, CleanUpReport } from '../../lambdas/stages/clean-up/clean-up-report.ts';
import { makeRoom } from '../../lambdas/stages/clean-up/make-room.ts';
import { removeStaleStages } from '../../lambdas/stages/clean-up/remove-stale-stages.ts';
import { leave } from '../../lambdas/stages/leave.ts';
import { Pace } from '../../lambdas/stages/pace.ts';
import type { Services } from '../../lambdas/stages/ports.ts';
import type { Ensured } from '../../lambdas/stages/provisioning/ensure-user-stage.ts';
import { openStageAtSignIn, openStageForHost } from '../../lambdas/stages/provisioning/open-stage.ts';
import { provisionQueuedStage } from '../../lambdas/stages/provisioning/provision-queued-stage.ts';
import { DEPLOYMENT_TAG, OWNER_TAG, stageIdOf } from '../../lambdas/stages/stage-tags.ts';
import type { World } from './world.ts';

export const signIn = (services: Services, userId: UserId = 'ada'): Promise<Ensured> =>
  openStageAtSignIn(services)(userId, 'Ada');

export const putStage = (services: Services, userId: UserId = 'ada'): Promise<Ensured> =>
  openStageForHost(services)(userId);

/** Works off all messages, like the provisioning function. */
export async function drainQueue(world: World, services: Services = world): Promise<void> {
  const work = provisionQueuedStage(services, new Pace(services, 4.5));
  for (;;) {
    const message = world.provisioningQueue.messages.shift();
    if (!message) return;
    await work(message, new Date(world.now().getTime() + 60_000));
  }
}

export async function cleanUp(services: Services, asOf = services.now(), dryRun = false): Promise<CleanUpReport> {
  const stopAt = new Date(services.now().getTime() + 14 * 60_000);
  return reportOf(await removeStaleStages(services)({ asOf, stopAt, dryRun }));
}

/** Frees stages in a region that has no room, like the clean-up function when it is asked to. */
export async function freeRoom(services: Services, asOf = services.now(), dryRun = false): Promise<CleanUpReport> {
  const stopAt = new Date(services.now().getTime() + 14 * 60_000);
  return reportOf(await makeRoom(services)({ asOf, stopAt, dryRun }));
}

function reportOf(outcome: CleanUpOutcome): CleanUpReport {
  if ('skipped' in outcome) throw new Error(outcome.skipped);
  return outcome;
}

/** What must be true after trouble, once the user has signed in again and the sweep has run: one stage, named and pointed at. */
export async function afterNextSignInAndSweep(world: World, userId: UserId = 'ada') {
  world.ivs.trouble = () => undefined;
  // Past every lease, and past the wait for a message that was lost.
  world.clock.advance(70_000);
  await signIn(world, userId);
  await drainQueue(world);
  world.clock.advance(16 * 60_000);
  await cleanUp(world);
  const stages = [...world.ivs.stages.values()].filter(({ tags }) => tags[OWNER_TAG] === userId);
  const profile = await world.profiles.get(userId);
  return {
    stages: stages.length,
    named: stages.some(({ arn }) => arn === profile?.stage?.arn),
    tagged: stages.every(({ tags }) => tags[DEPLOYMENT_TAG] === world.settings.deployment),
    pointedAt: world.stageOwners.owners.get(stageIdOf(profile?.stage?.arn ?? '')) === userId,
    pointers: world.stageOwners.owners.size,
    waiting: profile?.queuedAt !== undefined || profile?.lease !== undefined,
  };
}

export const SETTLED = { stages: 1, named: true, tagged: true, pointedAt: true, pointers: 1, waiting: false };

/** What is left after trouble, once the user has left again and the sweep has run. */
export async function afterLeavingAndSweep(world: World, userId: UserId = 'ada') {
  world.ivs.trouble = () => undefined;
  world.clock.advance(70_000);
  await leave(world)(userId);
  await drainQueue(world);
  world.clock.advance(16 * 60_000);
  await cleanUp(world);
  return {
    profiles: world.profiles.all().length,
    stages: world.ivs.stages.size,
    pointers: world.stageOwners.owners.size,
    rows: world.stageMembers.rows.size,
  };
}

export const NOTHING_LEFT = { profiles: 0, stages: 0, pointers: 0, rows: 0 };
