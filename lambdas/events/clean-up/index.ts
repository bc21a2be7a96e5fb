import {
  ingestSlots,
  ingests,
  ivs,
  platform,
  profiles,
  publicKeys,
  runLeases,
  signingSecret,
  stageMembers,
  stageOwners,
  userDirectory,
} from '../../services.ts';
import { cleanUp } from './clean-up.ts';

export const handler = cleanUp({
  ...platform('clean-up'),
  profiles: profiles(),
  stageOwners: stageOwners(),
  stageMembers: stageMembers(),
  runLeases: runLeases(),
  userDirectory: userDirectory(),
  publicKeys: publicKeys(),
  signingSecret: signingSecret(),
  ingestSlots: ingestSlots(),
  ivs: ivs(),
  ingests: ingests(),
});
