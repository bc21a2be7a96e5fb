import type { UserId } from '../../../contract/stages.ts';
import type { Services } from '../ports.ts';
import type { CallIvs } from './call-ivs.ts';

export type PutOutNeeds = Pick<Services, 'memberships' | 'moderation' | 'settings' | 'now'>;

/** As long as the tokens of guests and viewers live at most; a host's life is a setting. */
const SHORTEST_BURN_MINUTES = 15;

/** Ends a participant's stay for good: first no token of theirs is exchanged any more, then they are disconnected. */
export const putOut =
  ({ memberships, moderation, settings, now }: PutOutNeeds, callIvs: CallIvs) =>
  async (ownerId: UserId, stageArn: string, participantId: string, reason: string): Promise<void> => {
    const minutes = Math.max(settings.tokenMinutes, SHORTEST_BURN_MINUTES);
    await memberships.burn(ownerId, participantId, new Date(now().getTime() + minutes * 60_000));
    await callIvs('disconnect', (signal) => moderation.disconnect(stageArn, participantId, reason, signal));
  };
