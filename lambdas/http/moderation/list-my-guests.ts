import type { GuestsPage } from '../../../contract/stages.ts';
import { type Endpoint, json } from '../../middleware/http-function.ts';
import { queryOf } from '../../middleware/request.ts';
import { listGuests } from '../../stages/moderation/list-members.ts';
import type { Services } from '../../stages/ports.ts';
import { encodeCursor, userCursorQuery } from './list-cursor.ts';

export const listMyGuests =
  (services: Pick<Services, 'memberships' | 'now'>): Endpoint =>
  async (event, { userId }) => {
    const { cursor: after } = queryOf(event, userCursorQuery);
    const { members: guests, last } = await listGuests(services)(userId, after);
    const page: GuestsPage = { guests, ...(last !== undefined && { cursor: encodeCursor(last) }) };
    return json(200, page);
  };
