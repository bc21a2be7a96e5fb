import type { Use } from './check.ts';
import type { Verdict } from './check-template.ts';
import type { Door } from './doors.ts';
import type { Call } from './record.ts';

const TESTS_SHOWN = 3;

/** Markdown: a table for each function and schedule, one for who may call them, and what is wrong. */
export function renderPrivileges({ uses, refused, doors, findings }: Verdict): string {
  const actors = [...new Set(uses.map(({ grant }) => grant.actor))];
  return `${[
    '# What each function may do, and what needs it',
    findings.length === 0 ? 'Nothing is wrong.' : findings.map((finding) => `- ${finding}`).join('\n'),
    ...actors.map((actor) =>
      actorTable(
        actor,
        uses.filter(({ grant }) => grant.actor === actor),
      ),
    ),
    doorTable(doors),
    refusalTable(refused.filter(({ isExpected }) => isExpected)),
  ].join('\n\n')}\n`;
}

const actorTable = (actor: string, uses: readonly Use[]): string =>
  table(
    actor,
    ['action', 'resource', 'condition', 'needed by'],
    uses.map(({ grant: { action, resource, condition }, calls }) => [
      action,
      resource,
      condition ? JSON.stringify(condition) : '',
      neededBy(calls),
    ]),
  );

const doorTable = (doors: readonly Door[]): string =>
  table(
    'Who else may call, send or assume',
    ['to', 'who', 'action', 'condition', 'needed by'],
    doors.map(({ to, who, action, condition, neededBy }) => [to, who, action, condition, neededBy.join(', ')]),
  );

const refusalTable = (calls: readonly Call[]): string =>
  table(
    'Refusals that tests are about',
    ['function', 'action', 'test'],
    calls.map(({ actor, action, by, test }) => [actor, action, `${by} › ${test}`]),
  );

function neededBy(calls: readonly Call[]): string {
  const names = [...new Set(calls.map(({ by, test }) => [by, test].filter(Boolean).join(' › ')))];
  const more = names.length - TESTS_SHOWN;
  return [...names.slice(0, TESTS_SHOWN), ...(more > 0 ? [`${more} more`] : [])].join('<br>') || '**nothing**';
}

const table = (title: string, head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [`## ${title}\n`, row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
