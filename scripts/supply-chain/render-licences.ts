import { nameLicence } from './allowed-licences.ts';
import type { LockedPackage } from './locked-packages.ts';

export interface Shipped {
  readonly functions: readonly LockedPackage[];
  readonly page: readonly LockedPackage[];
}

/** The whole of docs/licences.md. */
export function renderLicences({ functions, page }: Shipped, all: readonly LockedPackage[]): string {
  const shipped = new Set([...functions, ...page]);
  return `# Licences

Written by \`npm run licences\` from package-lock.json and from what the bundles are made of; a test fails when it is out of date, and when a licence is not in \`scripts/supply-chain/allowed-licences.ts\`. Stagedoor itself is under the [MIT licence](../LICENSE).

## In the functions

Bundled into one file a function and deployed into your own account, so passed on to nobody.

${renderByLicence(functions)}

## In the page

Sent to browsers, so the texts travel with it: the build writes \`third-party-licences.txt\` beside the page. \`isarray\` and \`isomorphic-unfetch\` come without a text of their own; there the file names them and their licence. On what terms \`amazon-ivs-web-broadcast\` is used is said in [dependencies.md](dependencies.md).

${renderByLicence(page)}

## In the client and the emulator

Nothing: \`@stagedoor/client\` and \`@stagedoor/ivs-emulator\` hold their own code. They name \`amazon-ivs-web-broadcast\` and \`node-datachannel\` (MPL-2.0), which whoever installs them gets from npm.

## For building, testing and running locally

Passed on to nobody.

${renderCounts(all.filter((one) => !shipped.has(one)))}
`;
}

const renderByLicence = (packages: readonly LockedPackage[]): string =>
  renderTable(
    ['licence', 'packages'],
    groupByLicence(packages).map(([licence, group]) => [licence, group.map(describe).join(', ')]),
  );

const renderCounts = (packages: readonly LockedPackage[]): string =>
  renderTable(
    ['licence', 'packages'],
    groupByLicence(packages).map(([licence, group]) => [licence, String(group.length)]),
  );

/** The most frequent first. */
export const groupByLicence = (
  packages: readonly LockedPackage[],
): readonly (readonly [licence: string, packages: readonly LockedPackage[]])[] =>
  [...Map.groupBy(packages, ({ licence }) => nameLicence(licence))].sort(
    ([name, { length }], [other, { length: otherLength }]) => otherLength - length || (name < other ? -1 : 1),
  );

const describe = ({ name, version }: LockedPackage): string => `${name} ${version}`;

const renderTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
