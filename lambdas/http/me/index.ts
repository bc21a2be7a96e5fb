import { ivs, platform, profiles, provisioningQueue, stageOwners } from '../../services.ts';
import { me } from './endpoints.ts';

export const handler = me({
  ...platform('me'),
  profiles: profiles(),
  stageOwners: stageOwners(),
  ivs: ivs(),
  provisioningQueue: provisioningQueue(),
});
