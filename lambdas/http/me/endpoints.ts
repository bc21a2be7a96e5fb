import { httpFunction } from '../../middleware/http-function.ts';
import type { RouteKey } from '../../routes.ts';
import type { Services } from '../../stages/ports.ts';
import type { EnsureNeeds } from '../../stages/provisioning/ensure-user-stage.ts';
import { changeMyStage } from './change-my-stage.ts';
import { deleteMe } from './delete-me.ts';
import { ensureMyStage } from './ensure-my-stage.ts';
import { getMyStage } from './get-my-stage.ts';

/** The caller's own stage, and all that is known of them. */
export const me = (services: EnsureNeeds & Pick<Services, 'liveStatus' | 'stageMembers'>) =>
  httpFunction<RouteKey<'me'>>(
    {
      'GET /me/stage': getMyStage(services),
      'PUT /me/stage': ensureMyStage(services),
      'PATCH /me/stage': changeMyStage(services),
      'DELETE /me': deleteMe(services),
    },
    services.log,
  );
