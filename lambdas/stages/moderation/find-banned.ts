import type { UserId } from '../../../contract/stages.ts';
import type { IvsParticipant, Services } from '../ports.ts';
import type { CallIvs } from './call-ivs.ts';
import type { SessionPlace } from './enforce-rights.ts';
import { WATCH_MS } from './watch-stage.ts';

type Needs = Pick<Services, 'memberships' | 'moderation' | 'now'>;

/** Up to so many users are asked for one by one; beyond that, going through everybody once is less. */
const MOST_ASKED_FOR = 5;

/** Participants who are connected to a stage though they were banned a short while ago: they joined with a token of before. */
export async function findBanned(
  services: Needs,
  callIvs: CallIvs,
  place: SessionPlace,
): Promise<readonly IvsParticipant[]> {
  const { memberships, now } = services;
  const since = new Date(now().getTime() - WATCH_MS);
  const banned = await memberships.listBannedSince(place.ownerId, since);
  if (banned.length === 0) return [];
  const found: IvsParticipant[] = [];
  for (const userId of banned.length <= MOST_ASKED_FOR ? banned : [undefined]) {
    found.push(...(await listConnected(services, callIvs, place, userId)));
  }
  return found.filter(({ userId }) => banned.includes(userId));
}

async function listConnected(
  { moderation }: Needs,
  callIvs: CallIvs,
  { stageArn, sessionId }: SessionPlace,
  userId: UserId | undefined,
): Promise<readonly IvsParticipant[]> {
  const found: IvsParticipant[] = [];
  let cursor: string | undefined;
  do {
    const from = cursor;
    const page = await callIvs('listParticipants', (signal) =>
      moderation.listParticipants(stageArn, sessionId, userId, from, signal),
    );
    found.push(...page.participants.filter(({ connected }) => connected));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}
