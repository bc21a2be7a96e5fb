import { expect } from '@jest/globals';
import { DEMO_PASSWORD } from '../../local/cloud/demo-users.ts';

/** What every token, every e-mail address and every password of a test looks like. */
const PATTERNS: readonly RegExp[] = [/eyJ[\w-]+\.[\w-]+\./, /[\w.]+@example\.com/];

/** The lines that hold something that no log line may. */
export const linesWithSecrets = (lines: readonly string[], secrets: readonly string[] = []): readonly string[] =>
  lines.filter(
    (line) =>
      PATTERNS.some((pattern) => pattern.test(line)) ||
      [DEMO_PASSWORD, ...secrets].some((secret) => line.includes(secret)),
  );

/** What must never be in a log line. */
export function expectNoSecretsIn(lines: readonly string[], secrets: readonly string[] = []): void {
  expect(linesWithSecrets(lines, secrets)).toEqual([]);
}
