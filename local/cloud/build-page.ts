import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';

const ROOT = path.join(import.meta.dirname, '../..');

/** Builds the web page into a directory. One build serves any number of local clouds. */
export async function buildPage(directory: string, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const choices = ['--outDir', directory, '--emptyOutDir', '--configLoader', 'native', '--logLevel', 'warn'];
  const vite = spawn(process.execPath, ['node_modules/vite/bin/vite.js', 'build', 'web', ...choices], {
    cwd: ROOT,
    // Vite's command would leave compiled code of its own in the temporary directory.
    env: { ...process.env, NODE_ENV: 'production', NODE_DISABLE_COMPILE_CACHE: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  signal?.addEventListener('abort', () => vite.kill(), { once: true });
  const [[code], complaints] = await Promise.all([once(vite, 'close'), text(vite.stderr)]);
  signal?.throwIfAborted();
  if (code !== 0) throw new Error(`The web page could not be built:\n${stripVTControlCharacters(complaints)}`);
}
