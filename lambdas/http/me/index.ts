import { httpFunction } from '../../middleware/http-function.ts';
import type { RouteKey } from '../../routes.ts';
import { awsServices } from '../../services.ts';
import type { Services } from '../../stages/ports.ts';
import { changeMyStage } from './change-my-stage.ts';
import { ensureMyStage } from './ensure-my-stage.ts';
import { getMyStage } from './get-my-stage.ts';

/** The caller's own stage. */
export const me = (services: Services) =>
  httpFunction<RouteKey<'me'>>(
    {
      'GET /me/stage': getMyStage(services),
      'PUT /me/stage': ensureMyStage(services),
      'PATCH /me/stage': changeMyStage(services),
    },
    () => services.log,
  );

export const handler = me(awsServices('me'));
