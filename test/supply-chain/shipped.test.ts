import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { FunctionName } from '../../lib/function-bundles.ts';
import { mayBeUsed, mayShip } from '../../scripts/supply-chain/allowed-licences.ts';
import { type FunctionContents, readFunctionContents } from '../../scripts/supply-chain/function-contents.ts';
import { type LockedPackage, lockedPackages, readLockfile } from '../../scripts/supply-chain/locked-packages.ts';
import { readPageContents } from '../../scripts/supply-chain/page-contents.ts';
import { groupByLicence, renderLicences } from '../../scripts/supply-chain/render-licences.ts';
import { shippedPackages } from '../../scripts/supply-chain/shipped-packages.ts';
import { recordProof } from '../support/proof.ts';
import { awsClientsIn, type ExpectedFunction, findExcess, holdersOf } from './check-function.ts';
import { findExcessInPage, readNotices } from './check-page.ts';
import { readManifest } from './manifests.ts';
import { ROOT } from './root.ts';

/** Sizes as they were when this was written, and a tenth. */
const EXPECTED: Readonly<Record<FunctionName, ExpectedFunction>> = {
  'sign-in': { clients: ['dynamodb', 'ivs-realtime', 'sqs'], largestBytes: 398_000 },
  provision: { clients: ['dynamodb', 'ivs-realtime', 'sqs'], largestBytes: 397_000 },
  'clean-up': {
    clients: ['cognito-identity-provider', 'dynamodb', 'ivs-realtime', 'secrets-manager'],
    largestBytes: 447_000,
  },
  status: { clients: ['dynamodb', 'ivs-realtime', 'sqs'], largestBytes: 432_000 },
  reconcile: { clients: ['dynamodb', 'ivs-realtime'], largestBytes: 381_000 },
  me: { clients: ['dynamodb', 'ivs-realtime', 'sqs'], largestBytes: 443_000 },
  // Calls no table. The document client cannot be left out of a bundle that could have named it (lambdas/services.ts).
  rotation: { clients: ['dynamodb', 'ivs-realtime', 'secrets-manager'], largestBytes: 364_000 },
  tokens: { clients: ['dynamodb', 'ivs-realtime', 'secrets-manager'], largestBytes: 411_000 },
  read: { clients: ['dynamodb'], largestBytes: 322_000 },
  moderation: { clients: ['dynamodb', 'ivs-realtime', 'sqs'], largestBytes: 444_000 },
};

/** What an attacker in a function would like to find there. */
const HOLDERS: Readonly<Record<string, readonly FunctionName[]>> = {
  'lambdas/adapters/secrets-manager-signing-keys.ts': ['tokens'],
  'lambdas/adapters/key-pair-token-issuer.ts': ['tokens'],
  'lambdas/adapters/ivs-api-token-issuer.ts': ['tokens'],
  'lambdas/adapters/p384-key-pairs.ts': ['rotation'],
  // The clean-up reads which versions there are, not what is in them.
  'lambdas/adapters/signing-secret.ts': ['clean-up', 'rotation'],
  'lambdas/adapters/ivs-public-keys.ts': ['clean-up', 'rotation'],
  'lambdas/adapters/cognito-user-directory.ts': ['clean-up'],
  'lambdas/adapters/ivs-ingests.ts': ['clean-up', 'me'],
  'lambdas/adapters/ivs-moderation.ts': ['moderation', 'reconcile', 'status'],
};

const LARGEST_PAGE_BYTES = 215_000;
/** Their packages have no text of a licence. */
const WITHOUT_TEXT = ['isarray 1.0.0', 'isomorphic-unfetch 3.1.0'];

const all = lockedPackages(readLockfile());
const functions = readFunctionContents();
const page = readPageContents();
const shipped = shippedPackages(all, functions, page);
const notices = readNotices(page.find(({ name }) => name === 'third-party-licences.txt')?.text ?? '');
const describePackage = ({ name, version }: LockedPackage) => `${name} ${version}`;

describe.each(functions)('the bundle of $name', (contents) => {
  const expected = EXPECTED[contents.name as FunctionName];

  it('has its own sources, production packages and AWS clients, and nothing that tells more', () => {
    expect(findExcess(contents, expected, all)).toEqual([]);
    expect(awsClientsIn(contents)).toEqual(expected.clients);
  });
});

describe('the bundles', () => {
  it.each(Object.entries(HOLDERS))('have %s where it is needed only', (source, holders) => {
    expect([...holdersOf(source, functions)].sort()).toEqual(holders);
  });
});

describe('the page', () => {
  it('has its own sources, the client’s and production packages', () => {
    expect(findExcessInPage(page)).toEqual([]);
    expect(shipped.page.filter(({ isDevelopment }) => isDevelopment)).toEqual([]);
  });

  it('stays small until somebody joins a stage', () => {
    const first = page.find(({ name }) => /^assets\/index-.*\.js$/.test(name));
    expect(Buffer.byteLength(first?.text ?? '')).toBeGreaterThan(0);
    expect(Buffer.byteLength(first?.text ?? '')).toBeLessThan(LARGEST_PAGE_BYTES);
  });

  it('comes with the licence of everything that is in it', () => {
    expect(notices.map(({ title }) => title).sort()).toEqual(shipped.page.map(describePackage).sort());
    expect(notices.filter(({ text }) => text === '').map(({ title }) => title)).toEqual(WITHOUT_TEXT);
  });
});

describe('the packages for npm', () => {
  it.each(['client', 'local/ivs'])('carry the licence: %s', (directory) => {
    const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
    expect(read(`${directory}/LICENSE`)).toBe(read('LICENSE'));
  });
});

describe('licences', () => {
  it('of what ships are permissive', () => {
    expect([...shipped.functions, ...shipped.page].filter((one) => !mayShip(one))).toEqual([]);
  });

  it('of all others are known and allowed', () => {
    expect(all.filter((one) => !mayBeUsed(one))).toEqual([]);
  });

  it('are listed in docs/licences.md; if not, run `npm run licences`', () => {
    expect(readFileSync(new URL('docs/licences.md', ROOT), 'utf8')).toBe(renderLicences(shipped, all));
  });

  const locked = (licence: string, name = 'a'): LockedPackage => ({
    path: `node_modules/${name}`,
    name,
    version: '1.0.0',
    licence,
    isDevelopment: true,
    integrity: 'sha512-x',
    resolved: undefined,
    isBundled: false,
    hasInstallScript: false,
  });

  it.each([
    ['MIT', true, true],
    ['(MIT OR GPL-3.0-or-later)', true, true],
    ['MPL 2.0', false, true],
    ['GPL-3.0-only', false, false],
    ['MIT AND GPL-3.0-only', false, false],
    ['SEE LICENSE IN LICENSE.txt', false, false],
    ['none stated', false, false],
  ])('called %s may ship: %s, may be used: %s', (licence, ships, isUsed) => {
    expect([mayShip(locked(licence)), mayBeUsed(locked(licence))]).toEqual([ships, isUsed]);
  });

  it('that are new change the list', () => {
    const newcomer = locked('MIT');
    expect(renderLicences({ ...shipped, functions: [...shipped.functions, newcomer] }, [...all, newcomer])).toContain(
      'a 1.0.0',
    );
  });

  it('of no name pass for the one package whose terms were read', () => {
    expect(mayShip(locked('SEE LICENSE IN LICENSE.txt', 'amazon-ivs-web-broadcast'))).toBe(true);
  });
});

describe('the check of bundles', () => {
  const jest = all.find(({ name }) => name === 'jest') as LockedPackage;
  const good: FunctionContents = {
    name: 'read',
    bytes: 1_000,
    bytesBySource: new Map([
      ['lambdas/http/read/index.ts', 500],
      ['node_modules/@aws-sdk/client-dynamodb/dist-es/index.js', 500],
    ]),
    code: '"use strict";',
    sourceMap: '{"sources":["../../lambdas/http/read/index.ts"]}',
  };
  const excessWith = (source: string) =>
    findExcess({ ...good, bytesBySource: new Map([...good.bytesBySource, [source, 200]]) }, EXPECTED.read, all);

  it('passes a good one', () => {
    expect(findExcess(good, EXPECTED.read, all)).toEqual([]);
  });

  it.each([
    'lambdas/http/tokens/issue-token.ts',
    'lambdas/events/rotation/rotation.ts',
    'test/support/world.ts',
    'local/cloud/run.ts',
  ])('finds %s in another function', (source) => {
    expect(excessWith(source)).toEqual([source]);
  });

  it('finds a development package, and a client that is not called', () => {
    expect(excessWith(`${jest.path}/build/index.js`)).toEqual([jest.path]);
    expect(excessWith('node_modules/@aws-sdk/client-sqs/dist-es/index.js')).toEqual(['sqs']);
  });

  it('finds size, sources, passwords and paths', () => {
    const bad = {
      bytes: 1_000_000,
      code: '"Stage-door-1"',
      sourceMap: `{"sources":["${ROOT.pathname}a"],"sourcesContent":[]}`,
    };
    expect(findExcess({ ...good, ...bad }, EXPECTED.read, all)).toEqual([
      'the demo users’ password',
      'this machine’s folder',
      '1000000 bytes',
      'sources in the source map',
    ]);
  });

  it('finds what is not the page’s, and what it should load later', () => {
    const text = 'import{a}from"./emulator-x.js"';
    const bad = [{ name: 'assets/index-x.js', text, sources: ['web/main.tsx', 'lambdas/services.ts'] }];
    expect(findExcessInPage(bad)).toEqual(['lambdas/services.ts', 'assets/index-x.js loads what is for later']);
  });
});

recordProof('supply-chain', {
  figures: [
    ['packages in package-lock.json', all.length],
    ['with an integrity of their own', all.filter(({ integrity }) => integrity !== undefined).length],
    ['in the tarball of another', all.filter(({ isBundled }) => isBundled).length],
    ['allowed to run an install script', Object.values(readManifest().allowScripts ?? {}).filter(Boolean).length],
    ...groupByLicence([...new Set([...shipped.functions, ...shipped.page])]).map(
      ([licence, { length }]) => [`packages in functions and page: ${licence}`, length] as const,
    ),
    ...functions.map(
      ({ name, bytes }) =>
        [
          `bundle of ${name}, KB (at most)`,
          `${kilobytes(bytes)} (${kilobytes(EXPECTED[name as FunctionName].largestBytes)})`,
        ] as const,
    ),
  ],
  fellShort: [
    'The package `node` fetches its binary past the lock file: it is compared with a checksum on Linux only, and only when `npm start` or `npm test` installed it.',
  ],
});

function kilobytes(bytes: number): number {
  return Math.round(bytes / 1_000);
}
