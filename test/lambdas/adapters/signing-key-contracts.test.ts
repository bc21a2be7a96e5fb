import { afterEach, beforeEach } from '@jest/globals';
import { P384KeyPairs } from '../../../lambdas/adapters/p384-key-pairs.ts';
import { type LocalSigningKey, startLocalSigningKey } from '../../support/local-signing-key.ts';
import { MemoryPublicKeys, MemorySigningSecret } from '../../support/memory-signing-keys.ts';
import { describePublicKeys, describeRotatingSecret } from '../../support/signing-key-contracts.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let local: LocalSigningKey;
beforeEach(async () => {
  local = await startLocalSigningKey();
});
afterEach(() => local.close());

const makeKey = () => new P384KeyPairs().generate().publicKey;

describePublicKeys('AwsIvsPublicKeys', async () => local.publicKeys, makeKey);
describePublicKeys('its twin', async () => new MemoryPublicKeys(), makeKey);
describeRotatingSecret('AwsSigningSecret', async () => local.secret);
describeRotatingSecret('its twin', async () => new MemorySigningSecret(new VirtualClock()));
