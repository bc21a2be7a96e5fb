import { ivs, platform, profiles, runLeases, stageOwners } from '../../services.ts';
import { cleanUp } from './clean-up.ts';

export const handler = cleanUp({
  ...platform('clean-up'),
  profiles: profiles(),
  stageOwners: stageOwners(),
  runLeases: runLeases(),
  ivs: ivs(),
});
