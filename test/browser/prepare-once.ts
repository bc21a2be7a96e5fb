import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPage, makeTogether, synthesize } from '../../local/cloud/index.ts';
import useOwnTemporaryDirectory from '../support/temporary-directory.ts';

type Make = (directory: string, signal: AbortSignal) => Promise<void>;

/** Jest's global set-up of the browser tests: one synth and one build of the page for all of them. */
export default async function prepareOnce(): Promise<void> {
  useOwnTemporaryDirectory();
  const directory = mkdtempSync(join(tmpdir(), 'prepared-'));
  const [assembly, page] = [join(directory, 'assembly'), join(directory, 'page')];
  await makeIn(directory, { assembly: synthesize, page: buildPage });
  process.env.STAGEDOOR_TEST_ASSEMBLY = assembly;
  process.env.STAGEDOOR_TEST_PAGE = page;
}

/** A failure leaves nothing behind. */
export async function makeIn(directory: string, makes: Readonly<Record<string, Make>>): Promise<void> {
  try {
    await makeTogether(
      Object.entries(makes).map(
        ([name, make]) =>
          (signal) =>
            make(join(directory, name), signal),
      ),
    );
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}
