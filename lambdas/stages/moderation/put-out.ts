import type { UserId } from '../../../contract/stages.ts';
import { LONGEST_FOR_OTHERS_MINUTES } from '../access/token-life.ts';
import type { Services } from '../ports.ts';
import type { CallIvs } from './call-ivs.ts';

export type PutOutNeeds = Pick<Services, 'memberships' | 'moderation' | 'settings' | 'now'>;

/** Ends a participant's stay for good: first no token of theirs is exchanged any more, then they are disconnected. */
export const putOut =
  ({ memberships, moderation, settings, now }: PutOutNeeds, callIvs: CallIvs) =>
  async (ownerId: UserId, stageArn: string, participantId: string, reason: string): Promise<void> => {
    const minutes = Math.max(settings.tokenMinutes, LONGEST_FOR_OTHERS_MINUTES);
    await memberships.burn(ownerId, participantId, new Date(now().getTime() + minutes * 60_000));
    await callIvs('disconnect', (signal) => moderation.disconnect(stageArn, participantId, reason, signal));
  };
