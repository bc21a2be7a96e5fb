import * as z from 'zod/mini';
import type { BanRequest } from '../../../contract/stages.ts';
import { endTime } from '../../middleware/end-time.ts';
import { type Endpoint, noContent } from '../../middleware/http-function.ts';
import { bodyOf, userIdIn } from '../../middleware/request.ts';
import { type BanNeeds, banUser } from '../../stages/moderation/ban-user.ts';

const schema: z.ZodMiniType<BanRequest> = z.strictObject({ expiresAt: z.optional(endTime) }, 'must be a JSON object');

export const putBan =
  (services: BanNeeds): Endpoint =>
  async (event, caller) => {
    const [ownerId, userId] = [userIdIn(event, 'ownerId'), userIdIn(event, 'userId')];
    await banUser(services)(ownerId, caller, userId, bodyOf(event, schema));
    return noContent();
  };
