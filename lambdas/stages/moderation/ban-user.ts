import type { BanRequest, UserId } from '../../../contract/stages.ts';
import type { Caller } from '../access/caller-role.ts';
import { NotAllowedError, NotFoundError, UpstreamThrottledError } from '../errors.ts';
import type { Services } from '../ports.ts';
import { assertAhead } from './assert-ahead.ts';
import { callForRequest } from './call-ivs.ts';
import { type CheckRightsNeeds, checkRights } from './check-rights.ts';
import { TIME_TO_EXCHANGE_SECONDS } from './look-again.ts';
import { moderatedStage } from './moderated-stage.ts';
import { watchStage } from './watch-stage.ts';

export type BanNeeds = CheckRightsNeeds & Pick<Services, 'liveStatus' | 'log' | 'sleep' | 'deadline'>;

/** What does not fit into the request goes on with the message that is under way in any case. */
const PUT_OUT_MS = 5_000;

/**
 * Bans a user from a stage and puts all their participants out. The row comes first: from then on no token is issued or
 * exchanged. Whoever joins with one of before is found by the reconcile pass, which watches the stage for so long.
 */
export const banUser =
  (services: BanNeeds) =>
  async (ownerId: UserId, caller: Caller, userId: UserId, { expiresAt }: BanRequest): Promise<void> => {
    const { memberships, rightsChecks, now } = services;
    await moderatedStage(services)(ownerId, caller);
    if (userId === ownerId) throw new NotAllowedError('nobody can be banned from their own stage');
    assertAhead(expiresAt, 0, now());
    await memberships.putBan(ownerId, { userId, ...(expiresAt !== undefined && { expiresAt }) }, now());
    await rightsChecks.send({ ownerId, userId }, TIME_TO_EXCHANGE_SECONDS);
    await watchStage(services)(ownerId);
    await putOutAtOnce(services, ownerId, userId);
  };

async function putOutAtOnce(services: BanNeeds, ownerId: UserId, userId: UserId): Promise<void> {
  const stopAt = new Date(services.now().getTime() + PUT_OUT_MS);
  try {
    await checkRights(services, callForRequest(services))({ ownerId, userId }, stopAt);
  } catch (cause) {
    if (!(cause instanceof UpstreamThrottledError)) throw cause;
    services.log.warn('a banned user is put out some seconds later', { ownerId, cause });
  }
}

/** Lets a banned user have a role again. */
export const liftBan =
  (services: Pick<Services, 'stageAccess' | 'memberships' | 'now'>) =>
  async (ownerId: UserId, caller: Caller, userId: UserId): Promise<void> => {
    await moderatedStage(services)(ownerId, caller);
    const wasBanned = await services.memberships.deleteBan(ownerId, userId);
    if (!wasBanned) throw new NotFoundError(`'${userId}' is not banned from the stage`);
  };
