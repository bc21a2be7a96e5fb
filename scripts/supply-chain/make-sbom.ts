import { execFileSync } from 'node:child_process';
import path from 'node:path';

/** As far as we read it: npm writes more, which is passed on. */
export interface Sbom {
  readonly bomFormat: string;
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

interface Component {
  readonly 'bom-ref': string;
  readonly purl: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

const ROOT = path.join(import.meta.dirname, '../..');

/** The bill of materials that npm itself makes of what is installed, in CycloneDX's format. */
export const makeSbom = (): Sbom =>
  JSON.parse(
    execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 16 * 1024 * 1024,
      env: { ...process.env, npm_config_offline: 'true', npm_config_update_notifier: 'false' },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  ) as Sbom;

/**
 * Without what only development needs. Not by `--omit dev`, with which npm leaves out whatever any workspace has among its
 * development dependencies, even if another needs it in production: here a third, with the SDK's core.
 */
export function productionOf(sbom: Sbom): Sbom {
  const omitted = new Set(sbom.components.filter(isDevelopment).map((component) => component['bom-ref']));
  return {
    ...sbom,
    components: sbom.components.filter((component) => !omitted.has(component['bom-ref'])),
    dependencies: sbom.dependencies
      .filter(({ ref }) => !omitted.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => !omitted.has(other)) })),
  };
}

const isDevelopment = ({ properties = [] }: Component): boolean =>
  properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
