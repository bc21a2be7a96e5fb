import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = path.join(import.meta.dirname, '../..');

/** What a document gives as its checks: `test/…` in backticks. */
const checksIn = (file: string): readonly string[] => [
  ...new Set(
    [...readFileSync(path.join(root, file), 'utf8').matchAll(/`(test\/[^`]+)`/g)].map(([, check = '']) => check),
  ),
];

describe.each(['docs/security.md', 'SECURITY.md'])('%s', (file) => {
  it.each(checksIn(file))('names a check that exists: %s', (check) => {
    expect(existsSync(path.join(root, check))).toBe(true);
  });

  it('names checks at all', () => {
    expect(checksIn(file).length).toBeGreaterThan(5);
  });
});

describe('the threat model', () => {
  const [, table = ''] =
    /### What stops whom\n([\s\S]*?)\n## /.exec(readFileSync(path.join(root, 'docs/security.md'), 'utf8')) ?? [];
  const threats = table.split('\n').filter((line) => line.startsWith('| **'));

  it.each(threats.map((row) => [row.slice(4, row.indexOf('**', 4)), row]))('has a check for: %s', (_threat, row) => {
    expect(row.split(' | ').at(-1)).toMatch(/`(test\/|npm run )/);
  });
});
