import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parts, rounds } from '../../proof/parts.ts';
import { renderReport } from '../../proof/report.ts';

const root = path.join(import.meta.dirname, '../..');
const part = { name: 'histories', title: 'Every order, at once', promise: 'All is well.', commands: [] };
const proof = { figures: [['histories', 352_160] as const, ['a | b', '1 of 2'] as const] };

describe('the report of all long forms', () => {
  it('has a table of figures for each part', () => {
    const report = renderReport([{ part, passed: true, proof }]);
    expect(report).toContain('| [Every order, at once](#every-order-at-once) | passed |  |');
    expect(report).toContain(
      '## Every order, at once\n\nAll is well.\n\n| tried or measured | |\n|---|---:|\n| histories | 352,160 |\n| a \\| b | 1 of 2 |',
    );
  });

  it('says what fell short', () => {
    const report = renderReport([{ part, passed: true, proof: { ...proof, fellShort: ['One did not.'] } }]);
    expect(report).toContain('passed | 1 |');
    expect(report).toContain('Fell short:\n\n- One did not.');
  });

  it('does not hide a part that failed, or that left no figures', () => {
    const report = renderReport([{ part, passed: false, proof: undefined }]);
    expect(report).toContain('| **failed** |');
    expect(report).toContain('**This part failed.**\n\nIt left no figures.');
  });
});

describe('the long forms', () => {
  it('all passed when the report that is kept was written', () => {
    expect(readFileSync(path.join(root, 'docs/proof.md'), 'utf8')).not.toContain('**failed**');
  });

  it('are each run once', () => {
    expect(rounds.flat(2).map(({ name }) => name)).toHaveLength(parts.length);
    expect(new Set(rounds.flat(2))).toEqual(new Set(parts));
  });

  it.each(parts)('$name is in the report that is kept', ({ title }) => {
    expect(readFileSync(path.join(root, 'docs/proof.md'), 'utf8')).toContain(`## ${title}\n`);
  });

  it.each(parts)('$name runs what exists', ({ commands }) => {
    const files = commands.flat().filter((argument) => /^(bench|scripts|test)\//.test(argument));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      expect([file, `${file}.test.ts`].some((name) => existsSync(path.join(root, name)))).toBe(true);
    }
  });
});
