import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { inputShapes, type OperationName, type Structure } from '../../../local/ivs/constraints.ts';
import { isEmulated, operationsNotEmulated } from '../../../local/ivs/operations/operations.ts';
import { callsPerSecond } from '../../../local/ivs/rate-limits.ts';
import { operationsOfTheSdk } from './sdk-model.ts';

const readme = readFileSync('local/ivs/README.md', 'utf8');

const rows = [...readme.matchAll(/^\| ([A-Z]\w+) \| (yes|partly|no) \| (\d+|–) \|(.*)\|$/gm)].map(
  ([, operation = '', support, rate, note = '']) => ({ operation, support, rate, note }),
);

/** The API Reference has it, the SDK does not yet. */
const newerThanTheSdk = 'RevokeConnectionToken';

describe("the README's table of what is emulated", () => {
  it('has every command of the SDK, once', () => {
    const named = rows.map(({ operation }) => operation);
    expect(named.sort()).toEqual([...operationsOfTheSdk, newerThanTheSdk].sort());
  });

  it.each(rows)('tells the truth about $operation', ({ operation, support, rate, note }) => {
    expect(isEmulated(operation)).toBe(support !== 'no');
    expect(operationsNotEmulated.has(operation)).toBe(support === 'no');
    expect(rate).toBe(isEmulated(operation) ? String(callsPerSecond[operation]) : '–');
    if (support === 'partly') expect(note.trim()).not.toBe('');
    if (isEmulated(operation) && refusesMembers(operation)) expect(support).toBe('partly');
  });
});

function refusesMembers(operation: OperationName): boolean {
  const { members }: Structure = inputShapes[operation];
  return Object.values(members).some(({ type }) => type === 'not-emulated');
}
