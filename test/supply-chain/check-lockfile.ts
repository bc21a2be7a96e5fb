import { type LockedPackage, type Lockfile, lockedPackages } from '../../scripts/supply-chain/locked-packages.ts';
import { installedBy, type Manifest } from './manifests.ts';

/** Our own stand-in, by whichever path npm noted for the override. */
const STAND_IN = /(^|\/)local\/cloud\/aws-sdk-v2-stub$/;

/** Whatever would let something else be installed than what was seen when the lock file was made. */
export function findInstallRisks(
  lockfile: Lockfile,
  allowScripts: Readonly<Record<string, boolean>>,
  workspaces: readonly string[],
): readonly string[] {
  const links = Object.entries(lockfile.packages)
    .filter(([, { link, resolved = '' }]) => link && !workspaces.includes(resolved) && !STAND_IN.test(resolved))
    .map(([path]) => `${path} is a link to something that is not ours`);
  const packages = lockedPackages(lockfile).flatMap((one) => findRisks(one, allowScripts));
  return [...links, ...packages];
}

function findRisks(one: LockedPackage, allowScripts: Readonly<Record<string, boolean>>): readonly string[] {
  const risks: string[] = [];
  if (one.integrity === undefined && !one.isBundled) risks.push('has no integrity');
  if (one.resolved !== undefined) risks.push('names where it comes from');
  if (one.hasInstallScript && allowScripts[one.name] === undefined) risks.push('has an install script');
  return risks.map((risk) => `${one.path} ${risk}`);
}

export const findLooseVersions = (manifest: Manifest): readonly string[] =>
  [...installedBy(manifest), ...Object.entries(manifest.overrides ?? {})]
    .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version) && version !== 'file:./local/cloud/aws-sdk-v2-stub')
    .map(([name, version]) => `${manifest.name}: ${name} ${version}`);
