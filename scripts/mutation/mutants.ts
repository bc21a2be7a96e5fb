/** What is read of Stryker's JSON report. */
export interface MutationReport {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly ReportedMutant[] }>>;
}

interface Position {
  readonly line: number;
  readonly column: number;
}

interface ReportedMutant {
  readonly mutatorName: string;
  readonly replacement: string;
  readonly status: string;
  readonly location: { readonly start: Position; readonly end: Position };
}

export interface Mutant {
  /** Below lambdas/stages. */
  readonly file: string;
  /** Of lambdas/stages; `.` for the files beside the folders. */
  readonly folder: string;
  readonly mutator: string;
  readonly status: string;
  readonly original: string;
  readonly replacement: string;
  /** The line in which it begins. */
  readonly line: string;
  /** The whole file with it. */
  readonly mutated: string;
}

export const readMutants = ({ files }: MutationReport): readonly Mutant[] =>
  Object.entries(files).flatMap(([path, { source, mutants }]) => {
    const file = path.replace(/^.*lambdas\/stages\//, '');
    const folder = file.includes('/') ? file.slice(0, file.indexOf('/')) : '.';
    const lines = source.split('\n');
    return mutants.map(({ mutatorName, replacement, status, location: { start, end } }) => ({
      file,
      folder,
      mutator: mutatorName,
      status,
      original: source.slice(offsetOf(lines, start), offsetOf(lines, end)),
      replacement,
      line: lines[start.line - 1]?.trim() ?? '',
      mutated: source.slice(0, offsetOf(lines, start)) + replacement + source.slice(offsetOf(lines, end)),
    }));
  });

/** Stryker counts lines and columns from 1. */
const offsetOf = (lines: readonly string[], { line, column }: Position): number =>
  lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0) + column - 1;

export const isNoticed = ({ status }: Mutant): boolean => status === 'Killed' || status === 'Timeout';
export const survives = ({ status }: Mutant): boolean => status === 'Survived' || status === 'NoCoverage';
