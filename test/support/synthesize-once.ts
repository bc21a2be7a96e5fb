import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../local/cloud/index.ts';
import useOwnTemporaryDirectory from './temporary-directory.ts';

/** Jest's global set-up of the system tests: one synth for all of them. */
export default async function synthesizeOnce(): Promise<void> {
  useOwnTemporaryDirectory();
  const directory = mkdtempSync(join(tmpdir(), 'assembly-'));
  await synthesize(directory);
  process.env.STAGEDOOR_TEST_ASSEMBLY = directory;
}
