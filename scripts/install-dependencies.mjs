// Runs before `npm start` and `npm test`, on whatever Node the machine has: plain JavaScript, no dependencies.
// Installs what package-lock.json names when node_modules is missing or older than the lock file.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import { isKnownRuntime } from './check-runtime.mjs';

const pathOf = (path) => new URL(`../${path}`, import.meta.url);
const modifiedAt = (path) => statSync(pathOf(path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (modifiedAt('node_modules/.package-lock.json') < modifiedAt('package-lock.json')) {
  console.log('Installing dependencies (npm ci)…');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: pathOf('.'),
    stdio: 'inherit',
  });
  if (status === 0) refuseUnknownRuntime();
  else process.exitCode = status ?? 1;
}

/** Takes it away, so that nothing runs it and the next command installs again. */
function refuseUnknownRuntime() {
  const runtime = pathOf('node_modules/node/bin/node');
  // Where npm is told to run no install scripts at all there is none, and the machine's own Node is used.
  if (!existsSync(runtime)) return;
  const isKnown = isKnownRuntime(runtime);
  if (isKnown === undefined) console.log(`node_modules/node/bin/node is not checked on ${process.platform}`);
  if (isKnown !== false) return;
  for (const path of [runtime, pathOf('node_modules/.package-lock.json')]) rmSync(path);
  console.error('node_modules/node/bin/node is not the one that scripts/check-runtime.mjs knows: it was deleted');
  process.exitCode = 1;
}
