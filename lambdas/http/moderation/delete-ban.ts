import { type Endpoint, noContent } from '../../middleware/http-function.ts';
import { userIdIn } from '../../middleware/request.ts';
import { liftBan } from '../../stages/moderation/ban-user.ts';
import type { Services } from '../../stages/ports.ts';

export const deleteBan =
  (services: Pick<Services, 'stageAccess' | 'memberships' | 'now'>): Endpoint =>
  async (event, caller) => {
    await liftBan(services)(userIdIn(event, 'ownerId'), caller, userIdIn(event, 'userId'));
    return noContent();
  };
