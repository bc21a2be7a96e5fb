import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Jest's global set-up: whatever the run writes to the temporary directory, its workers too, lies in one of its own, which
 * `remove-temporary-directory.ts` takes away. Workers that are stopped take nothing away themselves.
 */
export default function useOwnTemporaryDirectory(): void {
  if (process.env.STAGEDOOR_TEST_TMPDIR !== undefined) return;
  const directory = mkdtempSync(path.join(tmpdir(), 'stagedoor-tests-'));
  process.env.STAGEDOOR_TEST_TMPDIR = directory;
  process.env.TMPDIR = directory;
}
