import {
  ivs,
  liveStatus,
  platform,
  profiles,
  provisioningQueue,
  roomRequests,
  stageMembers,
  stageOwners,
} from '../../services.ts';
import { me } from './endpoints.ts';

export const handler = me({
  ...platform('me'),
  profiles: profiles(),
  liveStatus: liveStatus(),
  stageOwners: stageOwners(),
  stageMembers: stageMembers(),
  ivs: ivs(),
  provisioningQueue: provisioningQueue(),
  roomRequests: roomRequests(),
});
