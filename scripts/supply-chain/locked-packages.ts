import { readFileSync } from 'node:fs';

/** An entry of package-lock.json. */
export interface LockedPackage {
  /** Where it is installed, from the project's root: `node_modules/a/node_modules/b`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** As its own package.json says: an SPDX expression, mostly. */
  readonly licence: string;
  /** Nothing but development needs it. */
  readonly isDevelopment: boolean;
  /** Undefined: not checked when it is installed. */
  readonly integrity: string | undefined;
  /** Undefined: from the registry that the machine is set up with. */
  readonly resolved: string | undefined;
  /** It lies in the tarball of the package above it, whose integrity covers it. */
  readonly isBundled: boolean;
  readonly hasInstallScript: boolean;
}

interface Entry {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly dev?: true;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly inBundle?: true;
  readonly link?: true;
  readonly hasInstallScript?: true;
}

export interface Lockfile {
  readonly packages: Readonly<Record<string, Entry>>;
}

const ROOT = new URL('../../', import.meta.url);

export const readLockfile = (): Lockfile =>
  JSON.parse(readFileSync(new URL('package-lock.json', ROOT), 'utf8')) as Lockfile;

/** What others have made: without the project's own packages, the links to them, and npm's empty entries for our stand-in. */
export const lockedPackages = ({ packages }: Lockfile): readonly LockedPackage[] =>
  Object.entries(packages)
    .filter(([path, entry]) => path.includes('node_modules/') && !entry.link && Object.keys(entry).length > 0)
    .map(([path, entry]) => ({
      path,
      name: entry.name ?? nameOf(path),
      version: entry.version ?? '',
      licence: entry.license ?? 'none stated',
      isDevelopment: entry.dev ?? false,
      integrity: entry.integrity,
      resolved: entry.resolved,
      isBundled: entry.inBundle ?? false,
      hasInstallScript: entry.hasInstallScript ?? false,
    }));

/** The packages that these source files lie in. Files of our own lie in none. */
export function packagesOf(sources: Iterable<string>, packages: readonly LockedPackage[]): readonly LockedPackage[] {
  const paths = new Set([...sources].map(pathOf).filter((path) => path !== undefined));
  const byPath = new Map(packages.map((one) => [one.path, one]));
  return [...paths].sort().map((path) => {
    const found = byPath.get(path);
    if (found === undefined) throw new Error(`${path} is used, but package-lock.json does not name it`);
    return found;
  });
}

const pathOf = (source: string): string | undefined => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0];

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
