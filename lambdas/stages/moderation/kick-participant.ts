import type { UserId } from '../../../contract/stages.ts';
import type { Caller } from '../access/caller-role.ts';
import { NotAllowedError, NotFoundError } from '../errors.ts';
import type { Services } from '../ports.ts';
import { callForRequest } from './call-ivs.ts';
import { findSession } from './find-session.ts';
import { type AuthorityNeeds, moderatedStage } from './moderated-stage.ts';
import { type PutOutNeeds, putOut } from './put-out.ts';

export type KickNeeds = AuthorityNeeds & PutOutNeeds & Pick<Services, 'ivs' | 'sleep' | 'deadline'>;

/** Puts one participant out; their user may come back with a new token. One who is not there is burnt all the same. */
export const kickParticipant =
  (services: KickNeeds) =>
  async (ownerId: UserId, caller: Caller, participantId: string): Promise<void> => {
    const { stage } = await moderatedStage(services)(ownerId, caller);
    const unknown = new NotFoundError(`there is no participant '${participantId}' on the stage`);
    if (!stage) throw unknown;
    const callIvs = callForRequest(services);
    const sessionId = await findSession(services, callIvs, stage.arn);
    if (sessionId === undefined) throw unknown;
    const attributes = await callIvs('attributesOf', (signal) =>
      services.moderation.attributesOf(stage.arn, sessionId, participantId, signal),
    );
    if (attributes?.role === 'host' && caller.userId !== ownerId) {
      throw new NotAllowedError('only hosts themselves can disconnect their own participants');
    }
    await putOut(services, callIvs)(ownerId, stage.arn, participantId, 'disconnected by the host or a moderator');
    if (!attributes) throw unknown;
  };
