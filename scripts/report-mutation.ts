import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ACCEPTED } from './mutation/accepted-survivors.ts';
import { type MutationReport, readMutants, survives } from './mutation/mutants.ts';
import { findRefusedByTypes } from './mutation/refused-by-types.ts';
import { renderMutationReport } from './mutation/report.ts';

const root = path.join(import.meta.dirname, '..');
const report: MutationReport = JSON.parse(readFileSync(path.join(root, '.local/mutation/report.json'), 'utf8'));
const mutants = readMutants(report);
const refused = findRefusedByTypes(mutants.filter(survives));
const byTypes = {
  reason: 'refused by the type checker, which Stryker does not ask',
  covers: (mutant: (typeof mutants)[number]) => refused.has(mutant),
};
writeFileSync(path.join(root, 'docs/mutation.md'), renderMutationReport(mutants, [byTypes, ...ACCEPTED]));
