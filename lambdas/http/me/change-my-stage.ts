import * as z from 'zod/mini';
import type { ChangeStageRequest } from '../../../contract/stages.ts';
import { type Endpoint, json } from '../../middleware/http-function.ts';
import { bodyOf } from '../../middleware/request.ts';
import { type ChangeStageNeeds, changeUserStage } from '../../stages/change-user-stage.ts';

const schema: z.ZodMiniType<ChangeStageRequest> = z.strictObject(
  { visibility: z.optional(z.enum(['public', 'invited'], 'must be "public" or "invited"')) },
  'must be a JSON object',
);

export const changeMyStage =
  (services: ChangeStageNeeds): Endpoint =>
  async (event, { userId }) =>
    json(200, await changeUserStage(services)(userId, bodyOf(event, schema)));
