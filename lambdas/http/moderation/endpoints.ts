import { type Endpoint, httpFunction } from '../../middleware/http-function.ts';
import { rateLimited } from '../../middleware/rate-limited.ts';
import type { RouteKey } from '../../routes.ts';
import type { BanNeeds } from '../../stages/moderation/ban-user.ts';
import type { KickNeeds } from '../../stages/moderation/kick-participant.ts';
import type { ListParticipantsNeeds } from '../../stages/moderation/list-participants.ts';
import type { Services } from '../../stages/ports.ts';
import { deleteBan } from './delete-ban.ts';
import { deleteGuest } from './delete-guest.ts';
import { deleteParticipant } from './delete-participant.ts';
import { listMyGuests } from './list-my-guests.ts';
import { listStageBans } from './list-stage-bans.ts';
import { listStageParticipants } from './list-stage-participants.ts';
import { putBan } from './put-ban.ts';
import { putGuest } from './put-guest.ts';

export type ModerationNeeds = BanNeeds & KickNeeds & ListParticipantsNeeds & Pick<Services, 'rateLimits'>;

/** Who is on a stage, who may be, and who may not. */
export function moderation(services: ModerationNeeds) {
  const limited = (endpoint: Endpoint) => rateLimited(services, endpoint);
  return httpFunction<RouteKey<'moderation'>>(
    {
      'GET /me/stage/guests': listMyGuests(services),
      'PUT /me/stage/guests/{userId}': limited(putGuest(services)),
      'DELETE /me/stage/guests/{userId}': limited(deleteGuest(services)),
      'GET /stages/{ownerId}/bans': listStageBans(services),
      'PUT /stages/{ownerId}/bans/{userId}': limited(putBan(services)),
      'DELETE /stages/{ownerId}/bans/{userId}': limited(deleteBan(services)),
      'GET /stages/{ownerId}/participants': limited(listStageParticipants(services)),
      'DELETE /stages/{ownerId}/participants/{participantId}': limited(deleteParticipant(services)),
    },
    services.log,
  );
}
