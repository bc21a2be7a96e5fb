import type { Services } from '../ports.ts';
import { type DeploymentKey, listDeploymentKeys } from './deployment-keys.ts';
import { predecessorLifeMs } from './signing-key-times.ts';

export type RetirementNeeds = Pick<Services, 'publicKeys' | 'signingSecret' | 'settings' | 'log' | 'now' | 'deadline'>;

/** Public keys of this deployment, by what became of them. */
export interface KeyRetirement {
  /** In use, or their last tokens may be. */
  readonly kept: number;
  /** Of a dry run: those it would have deleted. */
  readonly deleted: number;
  /** Not deleted because a call failed. */
  readonly failed: number;
}

const IVS_DEADLINE_MS = 5_000;

/** Deletes the predecessors of the current signing key, and what broken rotations left, once no token of theirs can join. */
export const retirePublicKeys =
  (services: RetirementNeeds) =>
  async (dryRun: boolean): Promise<KeyRetirement> => {
    try {
      const { keys, retired } = await findRetired(services);
      const failed = dryRun ? 0 : await deleteKeys(services, retired);
      return { kept: keys.length - retired.length, deleted: retired.length - failed, failed };
    } catch (cause) {
      services.log.error('the signing keys could not be looked through', { cause });
      return { kept: 0, deleted: 0, failed: 1 };
    }
  };

/** The keys come first: what is imported after that is not among them, and what was before has its version by now. */
async function findRetired(services: RetirementNeeds) {
  const { signingSecret, settings, now, deadline } = services;
  const keys = await listDeploymentKeys(services, deadline(IVS_DEADLINE_MS));
  const { versions, promotedAt } = await signingSecret.describe();
  const inUse =
    (stage: string) =>
    ({ versionId }: DeploymentKey) =>
      versions[versionId]?.includes(stage) === true;
  const [isCurrent, isPending] = [inUse('AWSCURRENT'), inUse('AWSPENDING')];
  const isOver =
    promotedAt !== undefined && now().getTime() - promotedAt.getTime() >= predecessorLifeMs(settings.tokenMinutes);
  // Without a current key among them something is wrong that deleting makes worse.
  const mayDelete = isOver && keys.some(isCurrent);
  return { keys, retired: mayDelete ? keys.filter((key) => !isCurrent(key) && !isPending(key)) : [] };
}

async function deleteKeys(
  { publicKeys, log, deadline }: RetirementNeeds,
  keys: readonly DeploymentKey[],
): Promise<number> {
  let failed = 0;
  for (const { arn } of keys) {
    try {
      await publicKeys.delete(arn, deadline(IVS_DEADLINE_MS));
      log.info('a signing key was retired', { publicKeyArn: arn });
    } catch (cause) {
      failed++;
      log.error('a signing key could not be retired', { publicKeyArn: arn, cause });
    }
  }
  return failed;
}
