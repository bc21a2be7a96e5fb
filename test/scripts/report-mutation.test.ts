import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ACCEPTED } from '../../scripts/mutation/accepted-survivors.ts';
import { type Mutant, readMutants } from '../../scripts/mutation/mutants.ts';
import { findRefusedByTypes } from '../../scripts/mutation/refused-by-types.ts';
import { renderMutationReport } from '../../scripts/mutation/report.ts';

const root = path.join(import.meta.dirname, '../..');

const mutant: Mutant = {
  file: 'access/caller-role.ts',
  folder: 'access',
  mutator: 'ConditionalExpression',
  status: 'Killed',
  original: 'caller.isModerator',
  replacement: 'true',
  line: 'return caller.isModerator ? a : b;',
  mutated: '',
};
const survivor: Mutant = { ...mutant, status: 'Survived' };
const words: Mutant = { ...survivor, mutator: 'StringLiteral', line: "throw new NotFoundError('no');" };

describe('the report of the mutants', () => {
  it('counts them by folder; those that did not run are left out', () => {
    const others: Mutant[] = [
      { ...mutant, status: 'Timeout' },
      { ...mutant, folder: 'live', status: 'NoCoverage' },
      { ...mutant, status: 'RuntimeError' },
    ];
    const report = renderMutationReport([mutant, survivor, ...others], []);
    expect(report).toContain('\n| access | 3 | 1 | 1 | 1 | 0 | 66.7 % |\n| live | 1 | 0 | 0 | 0 | 1 | 0.0 % |\n');
    expect(report).toContain('\n| **all** | 4 | 1 | 1 | 1 | 1 | 50.0 % |\n');
  });

  it('hides no survivor: one without a reason is shown', () => {
    const report = renderMutationReport([survivor, words], ACCEPTED);
    expect(report).toMatch(/\| words of log lines and errors.* \| 1 \|/);
    expect(report).toContain(
      '## Survivors without a reason\n\n- access/caller-role.ts: `caller.isModerator` → `true`\n',
    );
    expect(renderMutationReport([words], ACCEPTED)).not.toContain('without a reason');
  });

  it('takes the code from where Stryker says that it was', () => {
    const source = 'const a =\n  before ? {\n  } : after;\n';
    const location = { start: { line: 2, column: 12 }, end: { line: 3, column: 4 } };
    const found = { mutatorName: 'ObjectLiteral', replacement: '{}', status: 'Survived', location };
    expect(readMutants({ files: { 'lambdas/stages/leave.ts': { source, mutants: [found] } } })).toEqual([
      {
        file: 'leave.ts',
        folder: '.',
        mutator: 'ObjectLiteral',
        status: 'Survived',
        original: '{\n  }',
        replacement: '{}',
        line: 'before ? {',
        mutated: 'const a =\n  before ? {} : after;\n',
      },
    ]);
  });
});

it('the type checker refuses a mutant that breaks a type, and not the one that changes behaviour', () => {
  const file = 'passing-trouble.ts';
  const source = readFileSync(path.join(root, 'lambdas/stages', file), 'utf8');
  const broken = { ...survivor, file, mutated: source.replace("'throttled'", "''") };
  const otherwise = { ...survivor, file, mutated: source.replace("'throttled'", "'denied'") };
  expect([broken.mutated, otherwise.mutated]).not.toContain(source);
  const directory = path.join(root, '.local/mutation/types-of-the-test');
  expect([...findRefusedByTypes([broken, otherwise], directory)]).toEqual([broken]);
  rmSync(directory, { recursive: true });
}, 60_000);
