import { readFileSync } from 'node:fs';
import { ROOT } from './root.ts';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
  readonly files?: readonly string[];
}

export const readManifest = (directory = '.'): Manifest =>
  JSON.parse(readFileSync(new URL(`${directory}/package.json`, ROOT), 'utf8')) as Manifest;

/** Of the project and of each workspace. */
export const allManifests: readonly Manifest[] = [
  readManifest(),
  ...(readManifest().workspaces ?? []).map((directory) => readManifest(directory)),
];

/** What is installed because the manifest asks for it. Peers are asked of others, in ranges. */
export const installedBy = ({ dependencies, devDependencies, optionalDependencies }: Manifest) =>
  Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
