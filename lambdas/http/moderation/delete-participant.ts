import { type Endpoint, noContent } from '../../middleware/http-function.ts';
import { participantIdIn, userIdIn } from '../../middleware/request.ts';
import { type KickNeeds, kickParticipant } from '../../stages/moderation/kick-participant.ts';

export const deleteParticipant =
  (services: KickNeeds): Endpoint =>
  async (event, caller) => {
    await kickParticipant(services)(userIdIn(event, 'ownerId'), caller, participantIdIn(event));
    return noContent();
  };
