import type { FunctionContents } from '../../scripts/supply-chain/function-contents.ts';
import { type LockedPackage, packagesOf } from '../../scripts/supply-chain/locked-packages.ts';
import { findLeaks } from './find-leaks.ts';

export interface ExpectedFunction {
  /** After `@aws-sdk/client-`. */
  readonly clients: readonly string[];
  readonly largestBytes: number;
}

/** Less than this of a module is a constant that esbuild cannot drop. */
const SMALLEST_USE_BYTES = 100;

export const awsClientsIn = ({ bytesBySource }: FunctionContents): readonly string[] =>
  [...new Set([...bytesBySource.keys()].map((source) => /@aws-sdk\/client-([\w-]+)\//.exec(source)?.[1]))]
    .filter((client) => client !== undefined)
    .sort();

/** The functions whose bundles hold code of this file. */
export const holdersOf = (source: string, functions: readonly FunctionContents[]): readonly string[] =>
  functions
    .filter(({ bytesBySource }) => (bytesBySource.get(source) ?? 0) >= SMALLEST_USE_BYTES)
    .map(({ name }) => name);

/** Whatever is in a bundle and should not be. */
export function findExcess(
  contents: FunctionContents,
  { clients, largestBytes }: ExpectedFunction,
  all: readonly LockedPackage[],
): readonly string[] {
  const { name, bytes, bytesBySource, code, sourceMap } = contents;
  const sources = [...bytesBySource.keys()];
  const own = sources.filter((source) => !source.includes('node_modules/'));
  const excess = [
    ...own.filter((source) => !source.startsWith('lambdas/')),
    ...own.filter((source) => isOfAnother(source, name)),
    ...packagesOf(sources, all)
      .filter(({ isDevelopment }) => isDevelopment)
      .map(({ path }) => path),
    ...awsClientsIn(contents).filter((client) => !clients.includes(client)),
    ...findLeaks(code),
    ...findLeaks(sourceMap),
  ];
  if (bytes > largestBytes) excess.push(`${bytes} bytes`);
  if (/"sourcesContent"/.test(sourceMap)) excess.push('sources in the source map');
  return excess;
}

const isOfAnother = (source: string, name: string): boolean => {
  const [, owner = name] = /^lambdas\/(?:http|events)\/([^/]+)\//.exec(source) ?? [];
  return owner !== name;
};
