import { isIvsError } from '../errors.ts';
import type { KeyPairs, Services, StoredSigningKey } from '../ports.ts';
import { type DeploymentKey, listDeploymentKeys, publicKeyNameOf, publicKeyTagsOf } from './deployment-keys.ts';

export type RotationNeeds = Pick<
  Services,
  'signingSecret' | 'publicKeys' | 'keyPairs' | 'settings' | 'metrics' | 'log' | 'now' | 'deadline'
>;

/** The steps in which Secrets Manager has a secret rotated, each of them perhaps more than once. */
export const ROTATION_STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
export type RotationStep = (typeof ROTATION_STEPS)[number];

type KeyPair = ReturnType<KeyPairs['generate']>;

const IVS_DEADLINE_MS = 10_000;

/** From the import on. The function is stopped after a minute; each call of it has its deadline besides. */
const LONGEST_ATTEMPT_MS = 2 * 60_000;

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
  const { publicKeyArn } = (await services.signingSecret.read(versionId)) ?? (await makeKey(services, versionId));
  // The version is written for good by now: what another attempt imported for it nobody will ever sign with.
  for (const { arn } of await keysFor(services, versionId)) {
    if (arn !== publicKeyArn) await services.publicKeys.delete(arn, deadline(services));
  }
}

async function makeKey(services: RotationNeeds, versionId: string): Promise<StoredSigningKey> {
  await deleteLeftovers(services, versionId);
  const pair = services.keyPairs.generate();
  const publicKeyArn = await importKey(services, versionId, pair);
  const key = { publicKeyArn, privateKey: pair.privateKey, importedAt: services.now().toISOString() };
  await services.signingSecret.putPending(versionId, key, deadline(services));
  return key;
}

/**
 * An attempt died between the import and the secret: nobody holds the private half, and the slot is needed. One that is
 * younger than an attempt can last may yet be written into the secret.
 */
async function deleteLeftovers(services: RotationNeeds, versionId: string): Promise<void> {
  const oldEnough = services.now().getTime() - LONGEST_ATTEMPT_MS;
  for (const { arn, createdAt } of await keysFor(services, versionId)) {
    if (createdAt.getTime() <= oldEnough) await services.publicKeys.delete(arn, deadline(services));
  }
}

async function keysFor(services: RotationNeeds, versionId: string): Promise<readonly DeploymentKey[]> {
  const keys = await listDeploymentKeys(services, deadline(services));
  return keys.filter((key) => key.versionId === versionId);
}

async function importKey(services: RotationNeeds, versionId: string, pair: KeyPair): Promise<string> {
  const { publicKeys, settings, metrics, log, now } = services;
  const name = publicKeyNameOf(settings.deployment, versionId);
  try {
    const tags = publicKeyTagsOf(settings.deployment, now());
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
  for (const { arn } of await keysFor(services, versionId)) {
    const publicKey = await services.publicKeys.get(arn, deadline(services));
    if (publicKey !== undefined && services.keyPairs.belongTogether(publicKey, privateKey)) return arn;
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
