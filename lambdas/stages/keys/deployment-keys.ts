import type { Services } from '../ports.ts';
import { CREATED_AT_TAG, DEPLOYMENT_TAG, type Tags } from '../stage-tags.ts';

/** A public key of this deployment, with the version of the secret that it was made for. */
export interface DeploymentKey {
  readonly arn: string;
  readonly versionId: string;
  /** When it was about to be imported; 1970 if that cannot be told. */
  readonly createdAt: Date;
}

/** The version's id makes it the name of one key: whoever comes back to a broken rotation finds what it left. */
export const publicKeyNameOf = (deployment: string, versionId: string): string => `${deployment}-${versionId}`;

export const publicKeyTagsOf = (deployment: string, createdAt: Date): Tags => ({
  [DEPLOYMENT_TAG]: deployment,
  [CREATED_AT_TAG]: createdAt.toISOString(),
});

/** The name alone does not tell: that of `Stagedoor-test` begins like that of `Stagedoor`. */
export async function listDeploymentKeys(
  { publicKeys, settings }: Pick<Services, 'publicKeys' | 'settings'>,
  signal: AbortSignal,
): Promise<readonly DeploymentKey[]> {
  const prefix = publicKeyNameOf(settings.deployment, '');
  const keys = await publicKeys.list(signal);
  return keys
    .filter(({ name, tags }) => tags[DEPLOYMENT_TAG] === settings.deployment && name.startsWith(prefix))
    .map(({ arn, name, tags }) => ({
      arn,
      versionId: name.slice(prefix.length),
      createdAt: new Date(Date.parse(tags[CREATED_AT_TAG] ?? '') || 0),
    }));
}
