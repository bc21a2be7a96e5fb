import {
  ivs,
  liveStatus,
  memberships,
  moderation,
  platform,
  profiles,
  rightsChecks,
  stageAccess,
  stageOwners,
} from '../../services.ts';
import { status } from './status.ts';

export const handler = status({
  ...platform('status'),
  profiles: profiles(),
  liveStatus: liveStatus(),
  stageOwners: stageOwners(),
  stageAccess: stageAccess(),
  memberships: memberships(),
  ivs: ivs(),
  moderation: moderation(),
  rightsChecks: rightsChecks(),
});
