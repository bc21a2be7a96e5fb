import * as z from 'zod/mini';
import type { InviteRequest } from '../../../contract/stages.ts';
import { capabilitiesSchema } from '../../middleware/capabilities-schema.ts';
import { endTime } from '../../middleware/end-time.ts';
import { type Endpoint, noContent } from '../../middleware/http-function.ts';
import { bodyOf, userIdIn } from '../../middleware/request.ts';
import { inviteGuest } from '../../stages/moderation/invite-guest.ts';
import type { Services } from '../../stages/ports.ts';

const schema: z.ZodMiniType<InviteRequest> = z.strictObject(
  { capabilities: capabilitiesSchema, expiresAt: z.optional(endTime) },
  'must be a JSON object',
);

export const putGuest =
  (services: Pick<Services, 'profiles' | 'memberships' | 'rightsChecks' | 'now'>): Endpoint =>
  async (event, caller) => {
    const userId = userIdIn(event, 'userId');
    await inviteGuest(services)(caller.userId, userId, bodyOf(event, schema));
    return noContent();
  };
