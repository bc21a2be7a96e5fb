import { ivs, platform, profiles, runLeases, stageMembers, stageOwners, userDirectory } from '../../services.ts';
import { cleanUp } from './clean-up.ts';

export const handler = cleanUp({
  ...platform('clean-up'),
  profiles: profiles(),
  stageOwners: stageOwners(),
  stageMembers: stageMembers(),
  runLeases: runLeases(),
  userDirectory: userDirectory(),
  ivs: ivs(),
});
