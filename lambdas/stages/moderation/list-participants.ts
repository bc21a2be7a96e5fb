import type { Participant, UserId } from '../../../contract/stages.ts';
import type { Caller } from '../access/caller-role.ts';
import { UpstreamThrottledError } from '../errors.ts';
import { isPublishing } from '../live/publishers.ts';
import type { IvsParticipant, Services, SharedPage } from '../ports.ts';
import type { Profile } from '../profile.ts';
import { callForRequest } from './call-ivs.ts';
import { findSession } from './find-session.ts';
import { type AuthorityNeeds, moderatedStage } from './moderated-stage.ts';

export type ListParticipantsNeeds = AuthorityNeeds &
  Pick<Services, 'participantLists' | 'ivs' | 'moderation' | 'sleep' | 'deadline'>;

export interface ParticipantsFound {
  readonly participants: readonly Participant[];
  /** IVS's token of the page that follows. */
  readonly nextPage?: string;
}

/** However many ask: IVS is asked once in so long for each page. */
const SHARED_MS = 3_000;
/** Longer than the one who asks IVS may take. */
const CLAIM_MS = 8_000;
const WAIT_MS = 250;
const MOST_WAITS = 12;

/** Who is or was on a stage in its present session, for those who may moderate it. */
export const listParticipants =
  (services: ListParticipantsNeeds) =>
  async (ownerId: UserId, caller: Caller, page = ''): Promise<ParticipantsFound> => {
    const profile = await moderatedStage(services)(ownerId, caller);
    if (!profile.stage) return { participants: [] };
    const { participants, cursor } = await sharedPage(services, ownerId, profile.stage.arn, page);
    return {
      participants: participants.map((participant) => toParticipant(participant, profile)),
      ...(cursor !== undefined && { nextPage: cursor }),
    };
  };

const toParticipant = (
  { participantId, userId, connected, firstJoinedAt }: IvsParticipant,
  { publishers }: Profile,
): Participant => ({
  participantId,
  userId,
  state: connected ? 'connected' : 'disconnected',
  publishing: connected && isPublishing(publishers[participantId] ?? {}),
  firstJoinedAt: firstJoinedAt ?? null,
});

/** One of those who ask at the same time asks IVS; if it fails, the others are told to come again. */
async function sharedPage(
  services: ListParticipantsNeeds,
  ownerId: UserId,
  stageArn: string,
  page: string,
): Promise<SharedPage> {
  const { participantLists, sleep, now } = services;
  const getFresh = async () => {
    const shared = await participantLists.get(ownerId, page);
    return shared && shared.freshUntil > now().getTime() ? shared : undefined;
  };
  const shared = await getFresh();
  if (shared) return shared;
  if (await participantLists.claim(ownerId, page, new Date(now().getTime() + CLAIM_MS), now())) {
    const told = await askIvs(services, stageArn, page);
    await participantLists.put(ownerId, page, told);
    return told;
  }
  for (let waits = 1; waits <= MOST_WAITS; waits++) {
    await sleep(WAIT_MS);
    const awaited = await getFresh();
    if (awaited) return awaited;
  }
  throw new UpstreamThrottledError();
}

async function askIvs(services: ListParticipantsNeeds, stageArn: string, page: string): Promise<SharedPage> {
  const { moderation, now } = services;
  const callIvs = callForRequest(services);
  const sessionId = await findSession(services, callIvs, stageArn);
  const from = page === '' ? undefined : page;
  const found =
    sessionId === undefined
      ? { participants: [] }
      : await callIvs('listParticipants', (signal) =>
          moderation.listParticipants(stageArn, sessionId, undefined, from, signal),
        );
  return { ...found, freshUntil: now().getTime() + SHARED_MS };
}
