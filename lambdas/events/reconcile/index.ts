import {
  ivs,
  liveStatus,
  memberships,
  moderation,
  participants,
  platform,
  profiles,
  runLeases,
  stageAccess,
} from '../../services.ts';
import { reconcile } from './reconcile.ts';

export const handler = reconcile({
  ...platform('reconcile'),
  profiles: profiles(),
  liveStatus: liveStatus(),
  stageAccess: stageAccess(),
  memberships: memberships(),
  runLeases: runLeases(),
  ivs: ivs(),
  participants: participants(),
  moderation: moderation(),
});
