import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type Lockfile, lockedPackages, readLockfile } from '../../scripts/supply-chain/locked-packages.ts';
import { findInstallRisks, findLooseVersions } from './check-lockfile.ts';
import { allManifests, installedBy, readManifest } from './manifests.ts';
import { ROOT } from './root.ts';

const { allowScripts = {}, workspaces = [], overrides = {} } = readManifest();
const lockfile = readLockfile();
const reasons = readFileSync(new URL('docs/dependencies.md', ROOT), 'utf8');

describe('what is installed', () => {
  it.each(allManifests)('is asked for by $name in exact versions', (manifest) => {
    expect(findLooseVersions(manifest)).toEqual([]);
  });

  it('is what the lock file says, with integrity, from no fixed place, and with no script that nobody decided about', () => {
    expect(findInstallRisks(lockfile, allowScripts, workspaces)).toEqual([]);
  });

  it('comes from the lock file alone', () => {
    const script = readFileSync(new URL('scripts/install-dependencies.mjs', ROOT), 'utf8');
    expect(script.match(/'npm', \[[^\]]*\]/g)).toEqual([expect.stringContaining("['ci',")]);
  });

  it('runs one install script, and none is decided about that is not there', () => {
    const withScript = new Set(
      lockedPackages(lockfile)
        .filter((one) => one.hasInstallScript)
        .map(({ name }) => name),
    );
    expect(Object.keys(allowScripts).filter((name) => allowScripts[name])).toEqual(['node']);
    expect(Object.keys(allowScripts).filter((name) => !withScript.has(name))).toEqual([]);
  });

  it('fails where npm knows how, on a script that nobody decided about and on sources that are no registry', () => {
    const settings = readFileSync(new URL('.npmrc', ROOT), 'utf8').split('\n');
    expect(settings).toEqual(
      expect.arrayContaining(['strict-allow-scripts=true', 'allow-git=none', 'allow-remote=none', 'save-exact=true']),
    );
  });

  it('has its reason in docs/dependencies.md', () => {
    const explained = [...reasons.matchAll(/`([\w@/.*-]+)`/g)].map(([, name = '']) => asPattern(name));
    const names = [...allManifests.flatMap((one) => installedBy(one).map(([name]) => name)), ...Object.keys(overrides)];
    const own = allManifests.map(({ name }) => name);
    const unexplained = names.filter((name) => !own.includes(name) && !explained.some((pattern) => pattern.test(name)));
    expect(unexplained).toEqual([]);
  });
});

const asPattern = (name: string): RegExp => new RegExp(`^${name.replace(/[.]/g, '\\.').replace('*', '[\\w-]+')}$`);

describe('the check of the lock file', () => {
  const good = { version: '1.0.0', integrity: 'sha512-x' };
  const risksOf = (packages: Lockfile['packages'], allowed = {}) => findInstallRisks({ packages }, allowed, ['client']);

  it('passes what is locked, ours, or in the tarball of another', () => {
    const packages: Lockfile['packages'] = {
      '': { version: '0.1.0' },
      client: { version: '0.1.0' },
      'node_modules/@stagedoor/client': { resolved: 'client', link: true },
      'node_modules/a': good,
      'node_modules/a/node_modules/b': { version: '1.0.0', inBundle: true },
      'node_modules/c': { ...good, hasInstallScript: true },
    };
    expect(risksOf(packages, { c: false })).toEqual([]);
  });

  it.each([
    ['no integrity', { version: '1.0.0' }, 'has no integrity'],
    ['a registry’s address', { ...good, resolved: 'https://registry.example/a.tgz' }, 'names where it comes from'],
    ['a repository', { ...good, resolved: 'git+ssh://git@host.example/a.git#1' }, 'names where it comes from'],
    [
      'a repository without a version',
      { integrity: 'sha512-x', resolved: 'git+https://host.example/a.git#1' },
      'names where it comes from',
    ],
    ['a script', { ...good, hasInstallScript: true as const }, 'has an install script'],
    ['a link to elsewhere', { resolved: '../a', link: true as const }, 'is a link to something that is not ours'],
  ])('finds %s', (_what, entry, risk) => {
    expect(risksOf({ 'node_modules/a': entry })).toEqual([`node_modules/a ${risk}`]);
  });

  it.each(['^1.0.0', '~1.0.0', '1', '*', 'latest', 'git+https://host.example/a.git', 'https://host.example/a.tgz'])(
    'finds that %s is not an exact version',
    (version) => {
      expect(findLooseVersions({ name: 'us', version: '0.1.0', devDependencies: { a: version } })).toEqual([
        `us: a ${version}`,
      ]);
    },
  );
});
