import { httpFunction } from '../../middleware/http-function.ts';
import type { RouteKey } from '../../routes.ts';
import type { EnsureNeeds } from '../../stages/ensure-user-stage.ts';
import { changeMyStage } from './change-my-stage.ts';
import { ensureMyStage } from './ensure-my-stage.ts';
import { getMyStage } from './get-my-stage.ts';

/** The caller's own stage. */
export const me = (services: EnsureNeeds) =>
  httpFunction<RouteKey<'me'>>(
    {
      'GET /me/stage': getMyStage(services),
      'PUT /me/stage': ensureMyStage(services),
      'PATCH /me/stage': changeMyStage(services),
    },
    services.log,
  );
