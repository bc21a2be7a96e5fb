import { IvsError } from '../../lambdas/stages/errors.ts';
import type { IvsPublicKeys, KeyPairs, RotatingSecret, StoredSigningKey } from '../../lambdas/stages/ports.ts';
import type { Tags } from '../../lambdas/stages/stage-tags.ts';
import type { VirtualClock } from './virtual-clock.ts';

const SLOTS = 3;

interface MemoryPublicKey {
  readonly arn: string;
  readonly name: string;
  readonly tags: Tags;
  readonly material: string;
}

/** The twin of AwsIvsPublicKeys: three slots. */
export class MemoryPublicKeys implements IvsPublicKeys {
  readonly keys = new Map<string, MemoryPublicKey>();
  #made = 0;

  async list(_signal?: AbortSignal) {
    return [...this.keys.values()].map(({ arn, name, tags }) => ({ arn, name, tags }));
  }

  async import(name: string, material: string, tags: Tags, _signal?: AbortSignal) {
    if ([...this.keys.values()].some((key) => key.material === material)) throw new Error('ConflictException');
    if (this.keys.size >= SLOTS) throw new IvsError('quota-reached', 'ImportPublicKey');
    const arn = `arn:aws:ivs:us-east-1:000000000000:public-key/key${++this.#made}`;
    this.keys.set(arn, { arn, name, tags, material });
    return { arn };
  }

  async get(arn: string, _signal?: AbortSignal): Promise<string | undefined> {
    return this.keys.get(arn)?.material;
  }

  async delete(arn: string, _signal?: AbortSignal): Promise<void> {
    this.keys.delete(arn);
  }
}

interface SecretVersion {
  stages: readonly string[];
  value?: StoredSigningKey;
}

/** The twin of AwsSigningSecret; `startRotation` does what Secrets Manager does before it calls the function. */
export class MemorySigningSecret implements RotatingSecret {
  readonly versions = new Map<string, SecretVersion>([['first', { stages: ['AWSCURRENT'] }]]);
  promotedAt: Date | undefined;
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  startRotation(versionId: string): void {
    this.versions.set(versionId, { stages: ['AWSPENDING'] });
  }

  async describe() {
    const versions = Object.fromEntries([...this.versions].map(([versionId, { stages }]) => [versionId, stages]));
    return { versions, promotedAt: this.promotedAt };
  }

  async read(versionId: string): Promise<StoredSigningKey | undefined> {
    return this.versions.get(versionId)?.value;
  }

  async putPending(versionId: string, value: StoredSigningKey, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const written = this.versions.get(versionId)?.value;
    if (written && JSON.stringify(written) !== JSON.stringify(value)) throw new Error('ResourceExistsException');
    this.versions.set(versionId, { stages: ['AWSPENDING'], value });
  }

  async promote(versionId: string, currentVersionId: string | undefined): Promise<void> {
    for (const [id, version] of this.versions) {
      version.stages = id === versionId ? ['AWSCURRENT'] : id === currentVersionId ? ['AWSPREVIOUS'] : [];
    }
    this.promotedAt = this.#clock.now();
  }
}

/** Pairs whose halves belong together by their number. */
export const memoryKeyPairs: KeyPairs = {
  generate: () => {
    const number = ++pairsMade;
    return { publicKey: `public-${number}`, privateKey: `private-${number}` };
  },
  belongTogether: (publicKey, privateKey) => publicKey.replace('public', 'private') === privateKey,
};
let pairsMade = 0;
