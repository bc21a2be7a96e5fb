import type { IvsParticipant, RightsCheck, Services } from '../ports.ts';
import type { CallIvs } from './call-ivs.ts';
import { type EnforcementNeeds, type EnforcementOutcome, enforceRights, type SessionPlace } from './enforce-rights.ts';
import { findSession } from './find-session.ts';

export type CheckRightsNeeds = EnforcementNeeds & Pick<Services, 'profiles' | 'ivs' | 'rightsChecks'>;

export type RightsCheckReport = Readonly<Record<EnforcementOutcome, number>> & {
  /** False: time ran out, and a new message goes on. */
  readonly complete: boolean;
};

/**
 * Looks at who is on an owner's stage, and puts out those who hold more rights than they have by now. Of one user also
 * those who have left are looked at: their tokens may still be good to come back with.
 */
export const checkRights =
  (services: CheckRightsNeeds, callIvs: CallIvs) =>
  async (check: RightsCheck, stopAt: Date): Promise<RightsCheckReport> => {
    const counts = { allowed: 0, 'put-out': 0, 'unknown-user': 0 };
    const place = await findPlace(services, callIvs, check);
    if (!place) return { ...counts, complete: true };
    for await (const { participant, cursor } of participantsOf(services, callIvs, place, check)) {
      if (services.now() >= stopAt) {
        await services.rightsChecks.send({ ...check, cursor }, 0);
        return { ...counts, complete: false };
      }
      if (!participant.connected && check.userId === undefined) continue;
      counts[await enforceRights(services, callIvs)(place, participant, check.left)]++;
    }
    return { ...counts, complete: true };
  };

async function findPlace(
  services: CheckRightsNeeds,
  callIvs: CallIvs,
  { ownerId }: RightsCheck,
): Promise<SessionPlace | undefined> {
  const profile = await services.profiles.get(ownerId);
  if (!profile?.stage) return undefined;
  const stageArn = profile.stage.arn;
  const sessionId = await findSession(services, callIvs, stageArn);
  return sessionId === undefined ? undefined : { ownerId, stageArn, sessionId };
}

interface Stop {
  readonly participant: IvsParticipant;
  /** Where a check goes on that did not get to this participant. */
  readonly cursor: string;
}

async function* participantsOf(
  { moderation }: CheckRightsNeeds,
  callIvs: CallIvs,
  { stageArn, sessionId }: SessionPlace,
  { userId, cursor }: RightsCheck,
): AsyncIterable<Stop> {
  let { page, index } = placeIn(cursor, sessionId);
  do {
    const from = page;
    const listed = await callIvs('listParticipants', (signal) =>
      moderation.listParticipants(stageArn, sessionId, userId, from, signal),
    );
    for (; index < listed.participants.length; index++) {
      const participant = listed.participants[index];
      if (participant) yield { participant, cursor: `${sessionId}#${index}#${page ?? ''}` };
    }
    page = listed.cursor;
    index = 0;
  } while (page !== undefined);
}

/** IVS knows a page's token only in the session that it is of: in another one the check begins anew. */
function placeIn(cursor: string | undefined, sessionId: string): { page: string | undefined; index: number } {
  const [session, index, page] = cursor?.split('#') ?? [];
  return session === sessionId ? { page: page || undefined, index: Number(index) } : { page: undefined, index: 0 };
}
