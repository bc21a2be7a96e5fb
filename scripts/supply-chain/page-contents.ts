import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A file of the built page. */
export interface PageFile {
  readonly name: string;
  readonly text: string;
  /** Of a script: the files that left code in it, by their path from the project's root. */
  readonly sources: readonly string[];
}

const ROOT = path.join(import.meta.dirname, '../..');

/** The web page as `npm run build:web` makes it. */
export function readPageContents(): readonly PageFile[] {
  const directory = mkdtempSync(path.join(tmpdir(), 'stagedoor-page-'));
  try {
    build(directory);
    return globSync('**/*.*', { cwd: directory })
      .filter((name) => !name.endsWith('.map'))
      .sort()
      .map((name) => ({
        name,
        text: readFileSync(path.join(directory, name), 'utf8'),
        sources: name.endsWith('.js') ? readSources(path.join(directory, `${name}.map`)) : [],
      }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** With source maps, which only these checks get: `hidden` leaves the scripts as they are. */
function build(directory: string): void {
  const choices = ['--outDir', directory, '--emptyOutDir', '--sourcemap', 'hidden', '--logLevel', 'error'];
  execFileSync(
    process.execPath,
    ['node_modules/vite/bin/vite.js', 'build', 'web', '--configLoader', 'native', ...choices],
    // Vite's command would leave compiled code of its own in the temporary directory.
    { cwd: ROOT, env: { ...process.env, NODE_ENV: 'production', NODE_DISABLE_COMPILE_CACHE: '1' } },
  );
}

function readSources(mapFile: string): readonly string[] {
  const { sources } = JSON.parse(readFileSync(mapFile, 'utf8')) as { readonly sources: readonly string[] };
  return sources.map((source) => path.relative(ROOT, path.resolve(path.dirname(mapFile), source))).sort();
}
