import { liveStatus, platform, profiles, stageOwners } from '../../services.ts';
import { applyStageUpdates } from './apply-stage-updates.ts';

export const handler = applyStageUpdates({
  ...platform('status'),
  profiles: profiles(),
  liveStatus: liveStatus(),
  stageOwners: stageOwners(),
});
