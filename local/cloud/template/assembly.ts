import { readFileSync } from 'node:fs';
import path from 'node:path';

export interface RawResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
}

export interface RawTemplate {
  readonly Resources: Readonly<Record<string, RawResource>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

/** What the local run needs of a CDK cloud assembly: one stack's template, its region and its asset folders. */
export interface Assembly {
  readonly stackName: string;
  /** Undefined when the stack is not bound to a region. */
  readonly region: string | undefined;
  readonly template: RawTemplate;
  /** The folder of a bundled asset, by the key it would have in the bootstrap bucket. */
  readonly assetDirectories: ReadonlyMap<string, string>;
}

export const STACK_NAME = 'Stagedoor';

interface AssetManifest {
  readonly files: Readonly<Record<string, AssetFile>>;
}

interface AssetFile {
  readonly source: { readonly path: string };
  readonly destinations: Readonly<Record<string, { readonly objectKey: string }>>;
}

interface CloudAssemblyManifest {
  readonly artifacts: Readonly<Record<string, { readonly environment?: string }>>;
}

export function readAssembly(directory: string): Assembly {
  const environment = readJson<CloudAssemblyManifest>(directory, 'manifest.json').artifacts[STACK_NAME]?.environment;
  const region = environment?.split('/').at(-1);
  const assets = Object.values(readJson<AssetManifest>(directory, `${STACK_NAME}.assets.json`).files);
  return {
    stackName: STACK_NAME,
    region: region === 'unknown-region' ? undefined : region,
    template: readJson<RawTemplate>(directory, `${STACK_NAME}.template.json`),
    assetDirectories: new Map(
      assets.flatMap(({ source, destinations }) =>
        Object.values(destinations).map(({ objectKey }) => [objectKey, path.join(directory, source.path)] as const),
      ),
    ),
  };
}

function readJson<T>(directory: string, file: string): T {
  return JSON.parse(readFileSync(path.join(directory, file), 'utf8')) as T;
}
