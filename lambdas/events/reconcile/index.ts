import { ivs, liveStatus, participants, platform, profiles, runLeases } from '../../services.ts';
import { reconcile } from './reconcile.ts';

export const handler = reconcile({
  ...platform('reconcile'),
  profiles: profiles(),
  liveStatus: liveStatus(),
  runLeases: runLeases(),
  ivs: ivs(),
  participants: participants(),
});
