import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const ROOT = path.join(import.meta.dirname, '../..');

/**
 * Synthesizes the CDK app into a directory, with the context of `cdk.json` as the CDK CLI gives it. One assembly serves
 * any number of local clouds.
 */
export async function synthesize(assemblyDirectory: string, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  mkdirSync(assemblyDirectory, { recursive: true });
  const { context } = JSON.parse(readFileSync(path.join(ROOT, 'cdk.json'), 'utf8')) as { context?: object };
  const app = spawn(process.execPath, ['bin/stagedoor.ts'], {
    cwd: ROOT,
    env: {
      ...process.env,
      CDK_OUTDIR: assemblyDirectory,
      CDK_CONTEXT_JSON: JSON.stringify(context ?? {}),
      // The offline check of the template takes seconds; `npm run synth` makes it.
      CDK_VALIDATION: 'false',
      // What it leaves when it is stopped half-way goes with the assembly.
      TMPDIR: assemblyDirectory,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  signal?.addEventListener('abort', () => app.kill(), { once: true });
  const [[code], complaints] = await Promise.all([once(app, 'close'), text(app.stderr)]);
  signal?.throwIfAborted();
  if (code !== 0) throw new Error(`The CDK app could not be synthesized:\n${complaints}`);
}
