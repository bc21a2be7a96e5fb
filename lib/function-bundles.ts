import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The entry file of each function, relative to `lambdas/`. */
export const functionEntries = {
  'sign-in': 'events/sign-in/index.ts',
  provision: 'events/provision/index.ts',
  'clean-up': 'events/clean-up/index.ts',
  status: 'events/status/index.ts',
  reconcile: 'events/reconcile/index.ts',
  me: 'http/me/index.ts',
  rotation: 'events/rotation/index.ts',
  tokens: 'http/tokens/index.ts',
  read: 'http/read/index.ts',
  moderation: 'http/moderation/index.ts',
} as const;

export type FunctionName = keyof typeof functionEntries;

// Built in memory against a fixed folder name, so that source maps, and with them asset hashes, do not depend on the
// temporary folder.
const outdir = join(root, 'bundles');

/** All functions in one run. */
export const bundleOptions = {
  entryPoints: Object.entries(functionEntries).map(([name, entry]) => ({
    in: join(root, 'lambdas', entry),
    out: `${name}/index`,
  })),
  outdir,
  write: false,
  bundle: true,
  platform: 'node',
  target: 'node24',
  // CommonJS starts 16 ms faster than ESM on Node 24: an ESM import of node:http loads undici (nodejs/node#59686).
  format: 'cjs',
  mainFields: ['module', 'main'],
  // A function has the credentials of its role in its environment. The SDK's chain also looks for profiles, SSO and
  // container services: a quarter of a bundle (docs/adr/0009-small-bundles.md).
  alias: { '@aws-sdk/credential-provider-node': join(root, 'lambdas/adapters/role-credentials.ts') },
  // `import()` of a built-in would start Node's ESM loader within the first request; a require does not.
  supported: { 'dynamic-import': false },
  minify: true,
  keepNames: true,
  // Beside the code for whoever reads a stack trace, but not linked: Node would read it at every cold start.
  sourcemap: 'external',
  sourcesContent: false,
  logLevel: 'warning',
} satisfies BuildOptions & { readonly write: false };

let bundles: string | undefined;

/**
 * Folder with the bundle of one function. All are built in one esbuild run, once a process: six times faster than
 * NodejsFunction, which starts npx and esbuild for each (docs/adr/0002-bundles.md).
 */
export function bundleDirectory(name: FunctionName): string {
  bundles ??= buildAll();
  return join(bundles, name);
}

function buildAll(): string {
  const directory = mkdtempSync(join(tmpdir(), 'stagedoor-bundles-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const { outputFiles } = buildSync(bundleOptions);
  for (const { path, contents } of outputFiles) {
    const file = join(directory, relative(outdir, path));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents);
  }
  return directory;
}
