import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../local/cloud/index.ts';

/** Jest's global set-up of the system tests: one synth for all of them. */
export default async function synthesizeOnce(): Promise<() => void> {
  const directory = mkdtempSync(join(tmpdir(), 'stagedoor-test-assembly-'));
  await synthesize(directory);
  process.env.STAGEDOOR_TEST_ASSEMBLY = directory;
  return () => rmSync(directory, { recursive: true, force: true });
}
