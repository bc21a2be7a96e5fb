import type { UserId } from '../../../contract/stages.ts';
import { maximumCapabilities } from '../access/capabilities.ts';
import { NotFoundError } from '../errors.ts';
import type { Services } from '../ports.ts';
import { lookAgain } from './look-again.ts';

/** Ends an invitation, also for a guest who is there: they keep what any viewer may, if they exchange their token for it. */
export const withdrawInvitation =
  (services: Pick<Services, 'profiles' | 'memberships' | 'rightsChecks'>) =>
  async (ownerId: UserId, userId: UserId): Promise<void> => {
    const owner = await services.profiles.get(ownerId);
    const left = owner?.visibility === 'public' ? maximumCapabilities('viewer') : [];
    const wasInvited = await services.memberships.deleteGuest(ownerId, userId);
    // In any case: the answer of an earlier delete may have got lost, and with it the look at who is there.
    await lookAgain(services, { ownerId, userId, left });
    if (!wasInvited) throw new NotFoundError(`'${userId}' is not a guest of the stage`);
  };
