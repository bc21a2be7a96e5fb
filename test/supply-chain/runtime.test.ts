import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { readManifest } from './manifests.ts';
import { ROOT } from './root.ts';

interface CheckRuntime {
  readonly CHECKED_VERSION: string;
  readonly isKnownRuntime: (file: string, platform?: string) => boolean | undefined;
}
// Plain JavaScript without types of its own.
const script: string = fileURLToPath(new URL('scripts/check-runtime.mjs', ROOT));
const { CHECKED_VERSION, isKnownRuntime } = (await import(script)) as CheckRuntime;

it('has checksums of the version of Node that is installed', () => {
  expect(readManifest().devDependencies?.node).toBe(CHECKED_VERSION);
});

it('knows the Node that runs the scripts, where its checksum was noted', () => {
  expect(isKnownRuntime(fileURLToPath(new URL('node_modules/node/bin/node', ROOT)))).not.toBe(false);
});

it('tells another binary from it, and says nothing about platforms without a checksum', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'runtime-'));
  const file = path.join(directory, 'node');
  writeFileSync(file, 'something else');
  expect(isKnownRuntime(file, 'linux-x64')).toBe(false);
  expect(isKnownRuntime(file, 'sunos-sparc')).toBeUndefined();
  rmSync(directory, { recursive: true });
});
