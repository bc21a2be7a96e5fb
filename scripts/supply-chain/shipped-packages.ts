import { type FunctionContents, readFunctionContents } from './function-contents.ts';
import { type LockedPackage, packagesOf } from './locked-packages.ts';
import { type PageFile, readPageContents } from './page-contents.ts';
import type { Shipped } from './render-licences.ts';

/** The packages whose code is in what the project deploys. */
export const shippedPackages = (
  all: readonly LockedPackage[],
  functions: readonly FunctionContents[] = readFunctionContents(),
  page: readonly PageFile[] = readPageContents(),
): Shipped => ({
  functions: packagesOf(
    functions.flatMap(({ bytesBySource }) => [...bytesBySource.keys()]),
    all,
  ),
  page: packagesOf(
    page.flatMap(({ sources }) => sources),
    all,
  ),
});
