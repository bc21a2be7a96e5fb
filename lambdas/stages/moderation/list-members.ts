import type { Ban, Guest, UserId } from '../../../contract/stages.ts';
import { type Caller, hasEnded } from '../access/caller-role.ts';
import type { Services } from '../ports.ts';
import { type AuthorityNeeds, moderatedStage } from './moderated-stage.ts';

const MOST_PER_PAGE = 50;

/** Whoever's row has not ended; a page may hold fewer than it could. */
export interface MembersPage<Member> {
  readonly members: readonly Member[];
  /** The last one looked at: ask from behind them. Absent on the last page. */
  readonly last?: UserId;
}

type Needs = Pick<Services, 'memberships' | 'now'>;

/** The guests of the host's own stage, in the order of their ids. */
export const listGuests =
  ({ memberships, now }: Needs) =>
  async (ownerId: UserId, after?: UserId): Promise<MembersPage<Guest>> =>
    toPage(await memberships.listGuests(ownerId, MOST_PER_PAGE + 1, after), now());

/** Who is banned from a stage that the caller may moderate, in the order of their ids. */
export const listBans =
  (services: Needs & AuthorityNeeds) =>
  async (ownerId: UserId, caller: Caller, after?: UserId): Promise<MembersPage<Ban>> => {
    await moderatedStage(services)(ownerId, caller);
    return toPage(await services.memberships.listBans(ownerId, MOST_PER_PAGE + 1, after), services.now());
  };

/** One row more than a page holds tells whether there is another page. */
function toPage<Member extends Ban>(rows: readonly Member[], now: Date): MembersPage<Member> {
  const page = rows.slice(0, MOST_PER_PAGE);
  const last = rows.length > MOST_PER_PAGE ? page.at(-1)?.userId : undefined;
  return { members: page.filter((row) => !hasEnded(row, now)), ...(last !== undefined && { last }) };
}
