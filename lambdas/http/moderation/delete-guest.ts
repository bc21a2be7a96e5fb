import { type Endpoint, noContent } from '../../middleware/http-function.ts';
import { userIdIn } from '../../middleware/request.ts';
import { withdrawInvitation } from '../../stages/moderation/withdraw-invitation.ts';
import type { Services } from '../../stages/ports.ts';

export const deleteGuest =
  (services: Pick<Services, 'profiles' | 'memberships' | 'rightsChecks'>): Endpoint =>
  async (event, caller) => {
    await withdrawInvitation(services)(caller.userId, userIdIn(event, 'userId'));
    return noContent();
  };
