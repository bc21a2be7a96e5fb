import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { bundleDirectory, functionEntries } from '../../lib/function-bundles.ts';

export interface Variant {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  readonly gzippedBytes: number;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** As it is deployed. */
export const deployed = (name: keyof typeof functionEntries): Variant =>
  variant(name, join(bundleDirectory(name), 'index.js'));

/** The same handler as most would build it: ESM, the SDK that the runtime brings, all of zod. */
export function naive(name: keyof typeof functionEntries, directory: string): Variant {
  const entry = join(root, 'lambdas', functionEntries[name]);
  const contents = `import { z } from 'zod'; export const schemas = z; export { handler } from ${JSON.stringify(entry)};`;
  const file = join(directory, `${name}.mjs`);
  buildSync({
    stdin: { contents, resolveDir: root },
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minify: true,
    external: ['@aws-sdk/*', '@smithy/*'],
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
    logLevel: 'warning',
  });
  return variant(`${name}, naive`, file);
}

/** A handler that does nothing. */
export function bare(directory: string): Variant {
  const file = join(directory, 'bare.js');
  writeFileSync(file, 'exports.handler = async () => ({});');
  return variant('bare handler', file);
}

/** Beside it, external packages resolve as they do in Lambda's runtime. */
export function linkPackages(directory: string): void {
  mkdirSync(directory, { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
}

function variant(name: string, file: string): Variant {
  const code = readFileSync(file);
  return { name, file, bytes: code.length, gzippedBytes: gzipSync(code).length };
}
