import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@jest/globals';
import {
  RECORDS_DIRECTORY,
  type RecordedCall,
  type RecordHeader,
  ROOT,
  TEMPLATE_FILE,
} from '../../scripts/privileges/record.ts';

interface AskedFor {
  readonly accessKeyId?: string | undefined;
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** What the functions of this test file's local runs asked for; several runs of one file leave one record. */
const calls = new Map<string, RecordedCall>();

/**
 * For `onDecision` of a local run. A call counts for the test that is running, whoever caused it. `mayBeDenied` names the
 * refusals that the test is about: `FUNCTION ACTION`.
 */
export function recordDecision(call: AskedFor, allowed: boolean, mayBeDenied: readonly string[]): void {
  const actor = /^LOCAL(.+?)(?:Function|Rate)[0-9A-F]{8}$/.exec(call.accessKeyId ?? '')?.[1];
  if (actor === undefined) return;
  const { action, resource, context = {} } = call;
  const test = expect.getState().currentTestName ?? '';
  // IVS makes ids, so each call would be a row of its own.
  const key = JSON.stringify([actor, action, resource.replace(/^(arn:aws:ivs:.*\/).*/, '$1'), allowed, test]);
  if (calls.has(key)) return;
  const isExpected = mayBeDenied.includes(`${actor} ${action}`);
  calls.set(key, { actor, action, resource, context, allowed, ...(!allowed && isExpected && { isExpected }), test });
}

/** Leaves what was recorded for `npm run check:privileges`, in place of what an earlier run of the same test file left. */
export function keepRecord(assemblyDirectory: string): void {
  const { testPath } = expect.getState();
  if (testPath === undefined) return;
  const template = createHash('sha256')
    .update(readFileSync(path.join(assemblyDirectory, TEMPLATE_FILE)))
    .digest('hex');
  const header: RecordHeader = { testFile: path.relative(ROOT, testPath), template };
  const text = [header, ...calls.values()].map((line) => `${JSON.stringify(line)}\n`).join('');
  const directory = path.join(ROOT, RECORDS_DIRECTORY);
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, `${path.basename(testPath)}.jsonl`);
  // The check may read while a test ends.
  const unfinished = `${file}.${randomUUID()}`;
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}
