import type { CallSite } from './fault.ts';
import { FAULT_KINDS, type Fault, type FaultKind, labelOf } from './fault.ts';

/** What callers see, by scenario, call and fault, as docs/faults.md has it. */
export class FaultTable {
  readonly #scenarios = new Map<string, Map<string, Map<FaultKind, CellWords>>>();

  /** The call sites of a scenario, in the order in which they are to be shown. */
  addScenario(name: string, sites: readonly CallSite[]): void {
    this.#scenarios.set(name, new Map(sites.map((site) => [labelOf(site), new Map()])));
  }

  set(scenario: string, fault: Fault, word: string): void {
    const cells = this.#scenarios.get(scenario)?.get(labelOf(fault.site));
    if (!cells) throw new Error(`no row for ${labelOf(fault.site)} in ${scenario}`);
    cells.set(fault.kind, { ...cells.get(fault.kind), [fault.lasts ? 'lasting' : 'once']: word });
  }

  get(scenario: string, { site, kind, lasts }: Fault): string | undefined {
    return this.#scenarios.get(scenario)?.get(labelOf(site))?.get(kind)?.[lasts ? 'lasting' : 'once'];
  }

  get names(): readonly string[] {
    return [...this.#scenarios.keys()];
  }

  sitesOf(scenario: string): readonly string[] {
    return [...(this.#scenarios.get(scenario)?.keys() ?? [])];
  }

  /** In the order of the names; of others nothing is told. */
  toMarkdown(names: readonly string[]): string {
    return names.map((name) => section(name, this.#scenarios.get(name) ?? new Map())).join('\n');
  }

  static fromMarkdown(text: string): FaultTable {
    const table = new FaultTable();
    for (const part of text.split(/^## /m).slice(1)) {
      const [name = '', ...lines] = part.split('\n');
      const [header = [], ...rows] = lines.filter((line) => /^\| (?!-)/.test(line)).map(cellsOf);
      table.#scenarios.set(name, new Map(rows.map(([call = '', ...cells]) => [call, readRow(header.slice(1), cells)])));
    }
    return table;
  }
}

interface CellWords {
  readonly once?: string;
  /** Where it differs from once. */
  readonly lasting?: string;
}

const SEPARATOR = ' → ';

function section(name: string, rows: ReadonlyMap<string, ReadonlyMap<FaultKind, CellWords>>): string {
  const kinds = FAULT_KINDS.filter((kind) => [...rows.values()].some((cells) => cells.has(kind)));
  const lines = [...rows].map(([call, cells]) => line([call, ...kinds.map((kind) => wordOf(cells.get(kind)))]));
  return [`## ${name}`, '', line(['call', ...kinds]), line(['---', ...kinds.map(() => '---')]), ...lines, ''].join(
    '\n',
  );
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function wordOf({ once = '', lasting = once }: CellWords = {}): string {
  return once === lasting ? once : `${once}${SEPARATOR}${lasting}`;
}

const cellsOf = (row: string): readonly string[] =>
  row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

function readRow(kinds: readonly string[], cells: readonly string[]): Map<FaultKind, CellWords> {
  const read = kinds.map((kind, i) => {
    const [once = '', lasting = once] = (cells[i] ?? '').split(SEPARATOR);
    return [kind as FaultKind, { once, lasting }] as const;
  });
  return new Map(read.filter(([, { once }]) => once !== ''));
}
