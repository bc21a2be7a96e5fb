import {
  ivs,
  moderation as ivsModeration,
  liveStatus,
  memberships,
  participantLists,
  platform,
  profiles,
  rateLimits,
  rightsChecks,
  stageAccess,
} from '../../services.ts';
import { moderation } from './endpoints.ts';

export const handler = moderation({
  ...platform('moderation'),
  profiles: profiles(),
  liveStatus: liveStatus(),
  stageAccess: stageAccess(),
  memberships: memberships(),
  participantLists: participantLists(),
  rateLimits: rateLimits(),
  ivs: ivs(),
  moderation: ivsModeration(),
  rightsChecks: rightsChecks(),
});
