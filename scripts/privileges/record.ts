import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { STACK_NAME } from '../../local/cloud/template/assembly.ts';

export const ROOT = path.join(import.meta.dirname, '../..');
export const TEMPLATE_FILE = `${STACK_NAME}.template.json`;
/** Below the root: one file of JSON lines for each system test file, a header, then what its functions asked for. */
export const RECORDS_DIRECTORY = '.local/privileges';

export interface RecordHeader {
  readonly testFile: string;
  /** SHA-256 of the template that the test ran. It holds the hashes of the functions' code too. */
  readonly template: string;
}

/** A permission that a function of a local run asked for; once for each test. */
export interface RecordedCall {
  /** `SignIn`, `CleanUpSchedule` */
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
  readonly allowed: boolean;
  /** The test said that this may be refused. */
  readonly isExpected?: boolean;
  /** Empty when no test was running: set-up and tear-down. */
  readonly test: string;
}

export interface Call extends RecordedCall {
  /** Who needs it: a test file, or what AWS does. */
  readonly by: string;
}

export interface Records {
  readonly calls: readonly Call[];
  readonly problems: readonly string[];
}

/** What the system tests left, and which of them left nothing, or something of another template. */
export function readRecords(root: string, template: string): Records {
  const records = testFiles(root).map((testFile) => readRecord(root, testFile, template));
  return { calls: records.flatMap(({ calls }) => calls), problems: records.flatMap(({ problems }) => problems) };
}

const testFiles = (root: string): readonly string[] =>
  readdirSync(path.join(root, 'test/system'))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `test/system/${name}`)
    .filter((name) => readFileSync(path.join(root, name), 'utf8').includes('startLocalSystem('));

function readRecord(root: string, testFile: string, template: string): Records {
  const file = path.join(root, RECORDS_DIRECTORY, `${path.basename(testFile)}.jsonl`);
  if (!existsSync(file)) return { calls: [], problems: [`${testFile} left no record: run \`npm test\` first.`] };
  const [first = '{}', ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const calls = lines.map((line) => ({ ...(JSON.parse(line) as RecordedCall), by: testFile }));
  if ((JSON.parse(first) as RecordHeader).template === template) return { calls, problems: [] };
  return { calls, problems: [`${testFile} left a record of other code or other grants: run \`npm test\` again.`] };
}
