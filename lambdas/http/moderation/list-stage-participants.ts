import type { ParticipantsPage } from '../../../contract/stages.ts';
import { type Endpoint, json } from '../../middleware/http-function.ts';
import { queryOf, userIdIn } from '../../middleware/request.ts';
import { type ListParticipantsNeeds, listParticipants } from '../../stages/moderation/list-participants.ts';
import { encodeCursor, pageCursorQuery } from './list-cursor.ts';

export const listStageParticipants =
  (services: ListParticipantsNeeds): Endpoint =>
  async (event, caller) => {
    const ownerId = userIdIn(event, 'ownerId');
    const { cursor: page } = queryOf(event, pageCursorQuery);
    const { participants, nextPage } = await listParticipants(services)(ownerId, caller, page);
    const answer: ParticipantsPage = {
      participants,
      ...(nextPage !== undefined && { cursor: encodeCursor(nextPage) }),
    };
    return json(200, answer);
  };
