import { keyPairs, platform, publicKeys, signingSecret } from '../../services.ts';
import { rotation } from './rotation.ts';

export const handler = rotation({
  ...platform('rotation'),
  signingSecret: signingSecret(),
  publicKeys: publicKeys(),
  keyPairs: keyPairs(),
});
