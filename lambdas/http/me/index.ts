import {
  ingestSlots,
  ingests,
  ivs,
  liveStatus,
  platform,
  profiles,
  provisioningQueue,
  rateLimits,
  rightsChecks,
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
  ingestSlots: ingestSlots(),
  ivs: ivs(),
  ingests: ingests(),
  rateLimits: rateLimits(),
  rightsChecks: rightsChecks(),
  provisioningQueue: provisioningQueue(),
  roomRequests: roomRequests(),
});
