import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Mutant } from './mutants.ts';

const root = path.join(import.meta.dirname, '../..');

/**
 * Mutants that `npm run typecheck` would not let pass. Stryker's own checker knows no TypeScript 7. The copy lies inside the
 * project, where packages are found.
 */
export function findRefusedByTypes(
  mutants: readonly Mutant[],
  directory = path.join(root, '.local/mutation/types'),
): ReadonlySet<Mutant> {
  copySources(directory);
  const queues = [...Map.groupBy(mutants, ({ file }) => file).values()].map((ofFile) => [...ofFile]);
  const refused = new Set<Mutant>();
  for (;;) {
    // One of each file at a time, so that an error tells whose it is.
    const round = queues.flatMap((queue) => queue.shift() ?? []);
    if (round.length === 0) return refused;
    for (const mutant of check(directory, round)) refused.add(mutant);
  }
}

function copySources(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const folder of ['lambdas', 'contract'])
    cpSync(path.join(root, folder), path.join(directory, folder), { recursive: true });
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false };
  const config = {
    extends: path.join(root, 'tsconfig.json'),
    compilerOptions,
    include: ['lambdas/stages'],
    exclude: [],
  };
  writeFileSync(path.join(directory, 'tsconfig.json'), JSON.stringify(config));
}

function check(directory: string, round: readonly Mutant[]): readonly Mutant[] {
  const paths = round.map(({ file }) => path.join(directory, 'lambdas/stages', file));
  const originals = paths.map((file) => readFileSync(file, 'utf8'));
  for (const [i, { mutated }] of round.entries()) writeFileSync(paths[i] ?? '', mutated);
  const { stdout } = spawnSync(path.join(root, 'node_modules/.bin/tsc'), ['--pretty', 'false'], {
    cwd: directory,
    encoding: 'utf8',
  });
  for (const [i, original] of originals.entries()) writeFileSync(paths[i] ?? '', original);
  return round.filter(({ file }) => stdout.includes(`lambdas/stages/${file}(`));
}
