import { httpFunction } from '../../middleware/http-function.ts';
import type { RouteKey } from '../../routes.ts';
import type { Services } from '../../stages/ports.ts';
import { getStage } from './get-stage.ts';
import { listStages } from './list-stages.ts';

/** What anybody may see of stages. */
export const read = (services: Pick<Services, 'liveStatus' | 'stageAccess' | 'log' | 'now'>) =>
  httpFunction<RouteKey<'read'>>(
    { 'GET /stages': listStages(services), 'GET /stages/{ownerId}': getStage(services) },
    services.log,
  );
