// npm run check:privileges: whether the last `npm test` needed each grant of the template, and had each that it needed; and
// whether the policies of functions, queues and roles let in what the template needs and nobody else. Exits 0 only if so.
// The report is in .local/privileges.md.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { synthesize } from '../local/cloud/index.ts';
import { recordProof } from '../test/support/proof.ts';
import { checkTemplate, readTemplate } from './privileges/check-template.ts';
import { ROOT, readRecords, TEMPLATE_FILE } from './privileges/record.ts';
import { renderPrivileges } from './privileges/report.ts';

const REPORT = path.join(ROOT, '.local/privileges.md');

const assembly = mkdtempSync(path.join(tmpdir(), 'stagedoor-privileges-'));
try {
  await synthesize(assembly);
  check(assembly);
} finally {
  rmSync(assembly, { recursive: true });
}

function check(assemblyDirectory: string): void {
  const template = readFileSync(path.join(assemblyDirectory, TEMPLATE_FILE));
  const { calls, problems } = readRecords(ROOT, createHash('sha256').update(template).digest('hex'));
  const verdict = checkTemplate(readTemplate(assemblyDirectory), calls);
  mkdirSync(path.dirname(REPORT), { recursive: true });
  writeFileSync(REPORT, renderPrivileges(verdict));
  recordProof('privileges', { figures: verdict.figures });
  for (const [what, figure] of verdict.figures) console.log(`${String(figure).padStart(4)} ${what}`);
  const findings = [...problems, ...verdict.findings];
  for (const finding of findings) console.error(`- ${finding}`);
  console.log(findings.length === 0 ? `nothing is wrong: ${REPORT}` : `${findings.length} findings: ${REPORT}`);
  if (findings.length > 0) process.exitCode = 1;
}
