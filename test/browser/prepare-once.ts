import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPage, synthesize } from '../../local/cloud/index.ts';

/** Jest's global set-up of the browser tests: one synth and one build of the page for all of them. */
export default async function prepareOnce(): Promise<() => void> {
  const directory = mkdtempSync(join(tmpdir(), 'stagedoor-browser-test-'));
  const [assembly, page] = [join(directory, 'assembly'), join(directory, 'page')];
  await Promise.all([synthesize(assembly), buildPage(page)]);
  process.env.STAGEDOOR_TEST_ASSEMBLY = assembly;
  process.env.STAGEDOOR_TEST_PAGE = page;
  return () => rmSync(directory, { recursive: true, force: true });
}
