import { type Endpoint, json } from '../../middleware/http-function.ts';
import { getUserStage } from '../../stages/get-user-stage.ts';
import type { Services } from '../../stages/ports.ts';

export const getMyStage =
  (services: Pick<Services, 'profiles' | 'now'>): Endpoint =>
  async (_event, { userId }) =>
    json(200, await getUserStage(services)(userId));
