// npm run prove [PART...]: runs the long forms, and writes docs/proof.md if it ran all of them. Exits 0 only if all passed.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Proof } from '../test/support/proof.ts';
import { type Part, parts, rounds } from './parts.ts';
import { type Outcome, renderReport } from './report.ts';

const ROOT = path.join(import.meta.dirname, '..');
const DIRECTORY = path.join(ROOT, '.local/proof');
const REPORT = path.join(ROOT, 'docs/proof.md');

/** What is under way ends with this process. */
const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ending.abort());

const { positionals: names } = parseArgs({ allowPositionals: true });
const unknown = names.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(`no part is called ${unknown.join(', ')}; there are ${parts.map(({ name }) => name).join(', ')}`);
  process.exitCode = 2;
} else await prove(parts.filter(({ name }) => names.length === 0 || names.includes(name)));

async function prove(chosen: readonly Part[]): Promise<void> {
  mkdirSync(DIRECTORY, { recursive: true });
  const passed = new Set<Part>();
  for (const lanes of rounds) {
    await Promise.all(
      lanes.map((lane) =>
        runInTurn(
          lane.filter((part) => chosen.includes(part)),
          passed,
        ),
      ),
    );
  }
  const outcomes = chosen.map((part): Outcome => {
    const proof = readProof(part);
    return { part, proof, passed: passed.has(part) && proof !== undefined };
  });
  const isWhole = chosen.length === parts.length;
  if (isWhole) writeFileSync(REPORT, renderReport(outcomes));
  const failed = outcomes.filter((outcome) => !outcome.passed).map(({ part }) => part.name);
  console.log(failed.length > 0 ? `failed: ${failed.join(', ')}` : `all passed${isWhole ? ': docs/proof.md' : ''}`);
  if (failed.length > 0) process.exitCode = 1;
}

async function runInTurn(lane: readonly Part[], passed: Set<Part>): Promise<void> {
  for (const part of lane) {
    const startedAt = performance.now();
    const succeeded = await tryOut(part);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(`${part.name}: ${succeeded ? 'passed' : 'FAILED'} after ${seconds} s`);
    if (succeeded) passed.add(part);
    else console.log(readFileSync(logOf(part), 'utf8').split('\n').slice(-60).join('\n'));
  }
}

async function tryOut(part: Part): Promise<boolean> {
  rmSync(figuresOf(part), { force: true });
  const log = openSync(logOf(part), 'w');
  try {
    for (const command of part.commands) if ((await run(command, log)) !== 0) return false;
    return true;
  } finally {
    closeSync(log);
  }
}

function run(command: readonly string[], log: number): Promise<number | null> {
  const child = spawn(process.execPath, command, {
    cwd: ROOT,
    env: { ...process.env, PROVE: '1', PROOF_DIRECTORY: DIRECTORY },
    stdio: ['ignore', log, log],
    signal: ending.signal,
  });
  return new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
}

function readProof(part: Part): Proof | undefined {
  return existsSync(figuresOf(part)) ? (JSON.parse(readFileSync(figuresOf(part), 'utf8')) as Proof) : undefined;
}

function logOf({ name }: Part): string {
  return path.join(DIRECTORY, `${name}.log`);
}

function figuresOf({ name }: Part): string {
  return path.join(DIRECTORY, `${name}.json`);
}
