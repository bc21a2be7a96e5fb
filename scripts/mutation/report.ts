import type { Acceptance } from './accepted-survivors.ts';
import { isNoticed, type Mutant, survives } from './mutants.ts';

/** docs/mutation.md. */
export function renderMutationReport(mutants: readonly Mutant[], accepted: readonly Acceptance[]): string {
  const survivors = mutants.filter(survives);
  const groups = Map.groupBy(survivors, (mutant) => accepted.find(({ covers }) => covers(mutant))?.reason);
  const reasons = accepted.map(({ reason }) => [reason, String(groups.get(reason)?.length ?? 0)]);
  const others = groups.get(undefined) ?? [];
  return `${[
    INTRODUCTION,
    tableOf(['folder of `lambdas/stages`', ...COLUMNS], scores(mutants)),
    '## Survivors that stay',
    tableOf(['reason', 'mutants'], reasons),
    ...(others.length > 0 ? ['## Survivors without a reason', others.map(lineOf).join('\n')] : []),
  ].join('\n\n')}\n`;
}

const INTRODUCTION = `# Are the tests those that notice?

\`npm run mutate\` writes this file. Stryker changes the use cases in one place at a time and runs the tests that reach it; a change that none of them notices survives. The tests are those of \`test/lambdas/stages\` and \`test/lambdas/http\` without the long ones (every order of the AWS calls, whole lives, races, hostile input), so these figures are a lower bound.`;

const COLUMNS = ['mutants', 'killed', 'timed out', 'survived', 'reached by no test', 'noticed'] as const;

function scores(mutants: readonly Mutant[]): readonly (readonly string[])[] {
  const tried = mutants.filter((mutant) => isNoticed(mutant) || survives(mutant));
  const folders = [...Map.groupBy(tried, ({ folder }) => folder)].sort(([a], [b]) => a.localeCompare(b));
  return [...folders, ['**all**', tried] as const].map(([name, some]) => [name, ...figuresOf(some)]);
}

function figuresOf(mutants: readonly Mutant[]): readonly string[] {
  const counts = ['Killed', 'Timeout', 'Survived', 'NoCoverage'].map(
    (status) => mutants.filter((mutant) => mutant.status === status).length,
  );
  const noticed = (100 * mutants.filter(isNoticed).length) / mutants.length;
  return [...[mutants.length, ...counts].map((count) => count.toLocaleString('en-US')), `${noticed.toFixed(1)} %`];
}

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const lineOf = ({ file, original, replacement }: Mutant): string =>
  `- ${file}: \`${onOneLine(original)}\` → \`${onOneLine(replacement)}\``;

const LONGEST = 80;
function onOneLine(code: string): string {
  const text = code.replace(/\s+/g, ' ').replaceAll('`', '´');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
