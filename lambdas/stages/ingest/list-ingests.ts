import type { IngestsPage, UserId } from '../../../contract/stages.ts';
import type { Services } from '../ports.ts';
import { toIngest } from './ingest-view.ts';

/** The ingest of a user's stage, if there is one. IVS is not asked. */
export const listIngests =
  ({ profiles, ingestSlots }: Pick<Services, 'profiles' | 'ingestSlots'>) =>
  async (userId: UserId): Promise<IngestsPage> => {
    const [profile, slot] = await Promise.all([profiles.get(userId), ingestSlots.get(userId)]);
    const stage = profile?.stage;
    // An ingest of an earlier stage is of no use: the clean-up, or the next one to be opened, takes it away.
    if (!stage || slot?.ingest?.stageArn !== stage.arn) return { ingests: [] };
    return { ingests: [toIngest(stage, slot.ingest)] };
  };
