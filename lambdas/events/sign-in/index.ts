import { ivs, onlyClientId, platform, profiles, provisioningQueue, roomRequests, stageOwners } from '../../services.ts';
import { signIn } from './sign-in.ts';

export const handler = signIn({
  ...platform('sign-in'),
  profiles: profiles(),
  stageOwners: stageOwners(),
  ivs: ivs(),
  provisioningQueue: provisioningQueue(),
  roomRequests: roomRequests(),
  onlyClientId: onlyClientId(),
});
