import type { Role } from '../../contract/stages.ts';
import { standingOf } from '../../lambdas/stages/access/caller-role.ts';
import { callAtPace } from '../../lambdas/stages/moderation/call-ivs.ts';
import { checkRights, type RightsCheckReport } from '../../lambdas/stages/moderation/check-rights.ts';
import type { MemoryIdentity } from './memory-sessions.ts';
import type { World } from './world.ts';

/** What a token of this user would say now. Null: they would get none. */
export async function identityOf(world: World, ownerId: string, userId: string): Promise<MemoryIdentity | null> {
  const access = await world.stageAccess.read(ownerId, userId);
  const caller = { userId, isModerator: userId.startsWith('mod') };
  const { role, capabilities } = standingOf(caller, ownerId, access, world.now());
  return role && identity(userId, role, capabilities);
}

export const identity = (userId: string, role: Role, capabilities: readonly string[]): MemoryIdentity => ({
  userId,
  attributes: { name: userId, role, capabilities: capabilities.join(',') },
});

/** Joins with a token of now. */
export async function arrive(world: World, arn: string, userId: string, participantId = `of-${userId}`): Promise<void> {
  const now = await identityOf(world, 'ada', userId);
  if (!now) throw new Error(`'${userId}' gets no token`);
  world.ivs.join(arn, participantId, now);
}

/** Works off the rights checks that were sent, as the status function does, each after its delay. */
export async function runRightsChecks(world: World): Promise<readonly RightsCheckReport[]> {
  const reports: RightsCheckReport[] = [];
  for (;;) {
    const message = world.rightsChecks.messages.shift();
    if (!message) return reports;
    world.clock.advance(message.delaySeconds * 1000);
    const stopAt = new Date(world.now().getTime() + 18_000);
    reports.push(await checkRights(world, callAtPace(world, 2))(message.check, stopAt));
  }
}
