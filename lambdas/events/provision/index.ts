import { ivs, platform, profiles, provisioningQueue, roomRequests, stageOwners } from '../../services.ts';
import { provision } from './provision.ts';

export const handler = provision({
  ...platform('provision'),
  profiles: profiles(),
  stageOwners: stageOwners(),
  ivs: ivs(),
  provisioningQueue: provisioningQueue(),
  roomRequests: roomRequests(),
});
