import type { Proof } from '../test/support/proof.ts';
import type { Part } from './parts.ts';

export interface Outcome {
  readonly part: Part;
  readonly passed: boolean;
  /** Undefined if it left none. */
  readonly proof: Proof | undefined;
}

/** docs/proof.md. */
export function renderReport(outcomes: readonly Outcome[]): string {
  return `${[INTRODUCTION, summaryOf(outcomes), ...outcomes.map(section)].join('\n\n')}\n`;
}

const INTRODUCTION = `# What was tried, how often, and what fell short

\`npm run prove\` writes this file. It holds no dates, and what is random in it has a fixed seed: two runs can be compared line by line. The exceptions depend on the machine: load, which is measured on two cores that do nothing else, memory, and what befalls lives on the local run.

The quick form of each part runs in \`npm run check\`.`;

function summaryOf(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ part, passed, proof }) => {
    const shortcomings = proof?.fellShort?.length ?? 0;
    return `| [${part.title}](#${anchorOf(part.title)}) | ${passed ? 'passed' : '**failed**'} | ${shortcomings || ''} |`;
  });
  return ['| | | fell short |', '|---|---|---|', ...rows].join('\n');
}

function section({ part, passed, proof }: Outcome): string {
  return [
    `## ${part.title}`,
    part.promise,
    ...(passed ? [] : ['**This part failed.**']),
    proof ? figuresOf(proof) : 'It left no figures.',
    ...(proof?.fellShort?.length ? [`Fell short:\n\n${proof.fellShort.map((line) => `- ${line}`).join('\n')}`] : []),
  ].join('\n\n');
}

const figuresOf = ({ figures }: Proof): string =>
  [
    '| tried or measured | |',
    '|---|---:|',
    ...figures.map(([what, figure]) => `| ${inCell(what)} | ${inCell(format(figure))} |`),
  ].join('\n');

const format = (figure: number | string): string =>
  typeof figure === 'number' ? figure.toLocaleString('en-US') : figure;

const inCell = (text: string): string => text.replaceAll('|', '\\|');

/** As GitHub makes it of a heading. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\d -]/gu, '')
    .replaceAll(' ', '-');
