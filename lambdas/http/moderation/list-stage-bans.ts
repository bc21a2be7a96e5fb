import type { BansPage } from '../../../contract/stages.ts';
import { type Endpoint, json } from '../../middleware/http-function.ts';
import { queryOf, userIdIn } from '../../middleware/request.ts';
import { listBans } from '../../stages/moderation/list-members.ts';
import type { Services } from '../../stages/ports.ts';
import { encodeCursor, userCursorQuery } from './list-cursor.ts';

export const listStageBans =
  (services: Pick<Services, 'memberships' | 'stageAccess' | 'now'>): Endpoint =>
  async (event, caller) => {
    const ownerId = userIdIn(event, 'ownerId');
    const { cursor: after } = queryOf(event, userCursorQuery);
    const { members: bans, last } = await listBans(services)(ownerId, caller, after);
    const page: BansPage = { bans, ...(last !== undefined && { cursor: encodeCursor(last) }) };
    return json(200, page);
  };
