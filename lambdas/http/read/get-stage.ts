import { type Endpoint, json } from '../../middleware/http-function.ts';
import { userIdIn } from '../../middleware/request.ts';
import { getStageSummary } from '../../stages/get-stage-summary.ts';
import type { Services } from '../../stages/ports.ts';

export const getStage =
  (services: Pick<Services, 'stageAccess' | 'now'>): Endpoint =>
  async (event, caller) =>
    json(200, await getStageSummary(services)(userIdIn(event, 'ownerId'), caller));
