import { createHash, createPublicKey } from 'node:crypto';
import type { Input } from '../constraints.ts';
import { type Emulation, find, needsToCreate, type Plan, type PublicKey, resourceArn } from '../emulation.ts';
import { conflict, serviceQuotaExceeded, validationFailed } from '../errors.ts';
import { cutPage } from './pages.ts';

const publicKeyQuota = 3;

export function importPublicKey(emulation: Emulation, input: Input<'ImportPublicKey'>): Plan {
  const arn = resourceArn(emulation, 'public-key', emulation.newId(12));
  return {
    needs: needsToCreate('ivs:ImportPublicKey', arn, input.tags),
    apply: () => ({ publicKey: addPublicKey(emulation, arn, input) }),
  };
}

function addPublicKey({ publicKeys }: Emulation, arn: string, input: Input<'ImportPublicKey'>): PublicKey {
  const { name = '', publicKeyMaterial, tags = {} } = input;
  const fingerprint = fingerprintOf(publicKeyMaterial);
  if ([...publicKeys.values()].some((known) => known.fingerprint === fingerprint)) {
    throw conflict('This public key has been imported already');
  }
  if (publicKeys.size >= publicKeyQuota) {
    throw serviceQuotaExceeded(`Your account has reached its quota of ${publicKeyQuota} public keys in this region`);
  }
  const publicKey = { arn, name, publicKeyMaterial, fingerprint, tags };
  publicKeys.set(arn, publicKey);
  return publicKey;
}

function fingerprintOf(publicKeyMaterial: string): string {
  const der = readEcdsaKey(publicKeyMaterial)?.export({ type: 'spki', format: 'der' });
  if (!der) throw validationFailed('publicKeyMaterial is not an ECDSA public key on the curve P-384 in PEM');
  const pairs = createHash('md5').update(der).digest('hex').match(/../g) ?? [];
  return pairs.join(':');
}

function readEcdsaKey(publicKeyMaterial: string) {
  try {
    const key = createPublicKey(publicKeyMaterial);
    return key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? key : undefined;
  } catch {
    // Whatever is wrong with it, it is not a key.
    return undefined;
  }
}

export function getPublicKey(emulation: Emulation, { arn }: Input<'GetPublicKey'>): Plan {
  return {
    needs: [{ action: 'ivs:GetPublicKey', resource: arn }],
    apply: () => ({ publicKey: find(emulation.publicKeys, arn) }),
  };
}

/** Tokens that the key has signed can no longer join. Who has joined stays. */
export function deletePublicKey(emulation: Emulation, { arn }: Input<'DeletePublicKey'>): Plan {
  return {
    needs: [{ action: 'ivs:DeletePublicKey', resource: arn }],
    apply: () => {
      find(emulation.publicKeys, arn);
      emulation.publicKeys.delete(arn);
      return {};
    },
  };
}

export function listPublicKeys(emulation: Emulation, input: Input<'ListPublicKeys'>): Plan {
  return {
    needs: [{ action: 'ivs:ListPublicKeys', resource: '*' }],
    apply: () => {
      const { items, ...rest } = cutPage('ListPublicKeys', emulation.publicKeys, input);
      return { publicKeys: items.map(({ arn, name, tags }) => ({ arn, name, tags })), ...rest };
    },
  };
}
