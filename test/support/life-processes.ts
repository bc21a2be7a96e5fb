import type { UserId } from '../../contract/stages.ts';
import { makeRoom } from '../../lambdas/stages/clean-up/make-room.ts';
import { retirePublicKeys } from '../../lambdas/stages/keys/retire-public-keys.ts';
import { applyStageUpdate } from '../../lambdas/stages/live/apply-stage-update.ts';
import { reconcileLiveStatus } from '../../lambdas/stages/live/reconcile-live-status.ts';
import type { StageUpdate } from '../../lambdas/stages/live/stage-update.ts';
import { callAtPace } from '../../lambdas/stages/moderation/call-ivs.ts';
import { checkPublisher } from '../../lambdas/stages/moderation/check-publisher.ts';
import { checkRights } from '../../lambdas/stages/moderation/check-rights.ts';
import type { Process } from './explore.ts';
import { cleanUp, putStage, signIn } from './stage-life.ts';
import type { Life } from './whole-life.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;

export const makeRoomNow: Process = (services) => {
  const stopAt = new Date(services.now().getTime() + 14 * MINUTE_MS);
  return makeRoom(services)({ asOf: services.now(), stopAt, dryRun: false });
};

export const cleanUpNow: Process = async (services) => {
  await cleanUp(services);
  await retirePublicKeys(services)(false);
};

/** A visit must succeed whatever happens. */
export const visitOf =
  (life: Life, kind: 'signs in' | 'puts', userId: UserId): Process =>
  async (services) => {
    try {
      await (kind === 'signs in' ? signIn : putStage)(services, userId);
    } catch (error) {
      life.violations.push(`a visit of ${userId} was refused: ${error}`);
    }
  };

/** Like the status function. */
export const takesIn =
  (event: StageUpdate): Process =>
  async (services) => {
    const outcome = await applyStageUpdate(services)(event);
    if (outcome !== 'applied' && outcome !== 'unchanged') return;
    if (event.kind === 'published') await checkPublisher(services, callAtPace(services, 2))(event);
  };

/** Those whose time has come. A look that broke off comes back, as a message does that was not answered. */
export async function checkDueRights(life: Life, services: World): Promise<void> {
  const look = checkRights(services, callAtPace(services, 2));
  for (const waiting of life.rightsChecks.filter(({ dueAt }) => dueAt <= life.world.now().getTime())) {
    await look(waiting.check, new Date(life.world.now().getTime() + 18_000));
    life.rightsChecks.splice(life.rightsChecks.indexOf(waiting), 1);
  }
}

export const reconcile = (services: World) =>
  reconcileLiveStatus(services)(new Date(services.now().getTime() + 4 * MINUTE_MS));
