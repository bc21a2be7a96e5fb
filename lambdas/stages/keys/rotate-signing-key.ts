import { isIvsError } from '../errors.ts';
import type { KeyPairs, Services, StoredSigningKey } from '../ports.ts';
import { listDeploymentKeys, publicKeyNameOf, publicKeyTagsOf } from './deployment-keys.ts';

export type RotationNeeds = Pick<
  Services,
  'signingSecret' | 'publicKeys' | 'keyPairs' | 'settings' | 'metrics' | 'log' | 'now' | 'deadline'
>;

/** The steps in which Secrets Manager has a secret rotated, each of them perhaps more than once. */
export const ROTATION_STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
export type RotationStep = (typeof ROTATION_STEPS)[number];

type KeyPair = ReturnType<KeyPairs['generate']>;

const IVS_DEADLINE_MS = 10_000;

/** Takes one step with a version of the secret. Whatever fails, the current key stays. */
export const rotateSigningKey =
  (services: RotationNeeds) =>
  async (step: RotationStep, versionId: string): Promise<void> => {
    const { versions } = await services.signingSecret.describe();
    const stages = versions[versionId] ?? [];
    if (stages.includes('AWSCURRENT')) return;
    if (!stages.includes('AWSPENDING')) throw new Error(`version ${versionId} of the secret is not pending`);
    if (step === 'createSecret') await createKey(services, versionId);
    if (step === 'testSecret') await testKey(services, versionId);
    if (step === 'finishSecret') await services.signingSecret.promote(versionId, currentOf(versions));
    // setSecret has nothing to do: IVS was given the public half when the pair was made.
    services.log.info('rotation of the signing key', { step, versionId });
  };

const currentOf = (versions: Readonly<Record<string, readonly string[]>>): string | undefined =>
  Object.keys(versions).find((versionId) => versions[versionId]?.includes('AWSCURRENT'));

async function createKey(services: RotationNeeds, versionId: string): Promise<void> {
  const { signingSecret, keyPairs, now } = services;
  if (await signingSecret.read(versionId)) return;
  await deleteLeftovers(services, versionId);
  const pair = keyPairs.generate();
  const publicKeyArn = await importKey(services, versionId, pair);
  const { privateKey } = pair;
  await signingSecret.putPending(versionId, { publicKeyArn, privateKey, importedAt: now().toISOString() });
}

/** An attempt died between the import and the secret: nobody holds the private half, and the slot is needed. */
async function deleteLeftovers(services: RotationNeeds, versionId: string): Promise<void> {
  const keys = await listDeploymentKeys(services, deadline(services));
  for (const { arn } of keys.filter((key) => key.versionId === versionId)) {
    // The same step may run a second time beside this one, and what that has written may sign by now.
    if (await services.signingSecret.read(versionId)) throw new Error(`version ${versionId} has a key by now`);
    await services.publicKeys.delete(arn, deadline(services));
  }
}

async function importKey(services: RotationNeeds, versionId: string, pair: KeyPair): Promise<string> {
  const { publicKeys, settings, metrics, log } = services;
  const name = publicKeyNameOf(settings.deployment, versionId);
  try {
    const tags = publicKeyTagsOf(settings.deployment);
    return (await publicKeys.import(name, pair.publicKey, tags, deadline(services))).arn;
  } catch (error) {
    const imported = await findImported(services, versionId, pair);
    if (imported !== undefined) {
      log.warn('a signing key was imported though its import seemed to fail', { versionId, cause: error });
      return imported;
    }
    if (isIvsError(error, 'quota-reached')) {
      log.error('the region has no room for another signing key', { versionId });
      metrics.record({ SigningKeySlotsFull: 1 });
    }
    throw error;
  }
}

/** The answer of an import may have been lost, and the SDK's second try of it refused. */
async function findImported(
  services: RotationNeeds,
  versionId: string,
  { privateKey }: KeyPair,
): Promise<string | undefined> {
  for (const key of await listDeploymentKeys(services, deadline(services))) {
    if (key.versionId !== versionId) continue;
    const publicKey = await services.publicKeys.get(key.arn, deadline(services));
    if (publicKey !== undefined && services.keyPairs.belongTogether(publicKey, privateKey)) return key.arn;
  }
  return undefined;
}

async function testKey(services: RotationNeeds, versionId: string): Promise<void> {
  const { publicKeyArn, privateKey } = await pendingKey(services, versionId);
  const publicKey = await services.publicKeys.get(publicKeyArn, deadline(services));
  if (publicKey === undefined) throw new Error(`IVS has no public key ${publicKeyArn}`);
  if (!services.keyPairs.belongTogether(publicKey, privateKey)) {
    throw new Error(`what the new key signs is not verified by ${publicKeyArn}`);
  }
}

async function pendingKey({ signingSecret }: RotationNeeds, versionId: string): Promise<StoredSigningKey> {
  const key = await signingSecret.read(versionId);
  if (!key) throw new Error(`version ${versionId} of the secret holds no signing key`);
  return key;
}

const deadline = (services: RotationNeeds): AbortSignal => services.deadline(IVS_DEADLINE_MS);
