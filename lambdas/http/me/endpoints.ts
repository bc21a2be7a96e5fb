import { type Endpoint, httpFunction } from '../../middleware/http-function.ts';
import { rateLimited } from '../../middleware/rate-limited.ts';
import type { RouteKey } from '../../routes.ts';
import type { Services } from '../../stages/ports.ts';
import type { EnsureNeeds } from '../../stages/provisioning/ensure-user-stage.ts';
import { changeMyStage } from './change-my-stage.ts';
import { closeMyIngest } from './close-my-ingest.ts';
import { deleteMe } from './delete-me.ts';
import { ensureMyStage } from './ensure-my-stage.ts';
import { getMyStage } from './get-my-stage.ts';
import { listMyIngests } from './list-my-ingests.ts';
import { openMyIngest } from './open-my-ingest.ts';

/** The caller's own stage with its ingest, and all that is known of them. */
export function me(
  services: EnsureNeeds &
    Pick<Services, 'liveStatus' | 'stageMembers' | 'ingestSlots' | 'ingests' | 'rateLimits' | 'rightsChecks'>,
) {
  const limited = (endpoint: Endpoint) => rateLimited(services, endpoint);
  return httpFunction<RouteKey<'me'>>(
    {
      'GET /me/stage': getMyStage(services),
      'PUT /me/stage': limited(ensureMyStage(services)),
      'PATCH /me/stage': limited(changeMyStage(services)),
      'GET /me/stage/ingests': listMyIngests(services),
      'POST /me/stage/ingests': limited(openMyIngest(services)),
      'DELETE /me/stage/ingests/{ingestId}': limited(closeMyIngest(services)),
      'DELETE /me': limited(deleteMe(services)),
    },
    services.log,
  );
}
