/** What was tried and how it was met, counted. */
export class Tally {
  readonly #kinds = new Map<string, number>();
  readonly #statuses = new Map<number, number>();
  readonly #findings = new Map<string, number>();

  count(kind: string, status: number, findings: readonly { readonly kind: string }[]): void {
    increase(this.#kinds, kind);
    increase(this.#statuses, status);
    this.find(findings);
  }

  /** Of several cases together. */
  find(findings: readonly { readonly kind: string }[]): void {
    for (const finding of findings) increase(this.#findings, finding.kind);
  }

  kinds(): readonly string[] {
    return [...this.#kinds.keys()].sort();
  }

  figures(): readonly (readonly [string, number | string])[] {
    const statuses = [...this.#statuses].sort(([a], [b]) => a - b);
    return [
      ['cases', [...this.#kinds.values()].reduce((sum, count) => sum + count, 0)],
      ...[...this.#kinds].sort().map(([kind, count]) => [`of these: ${kind}`, count] as const),
      ['answers by status', statuses.map(([status, count]) => `${status}: ${count}`).join(', ')],
      ['answers with 500', this.#statuses.get(500) ?? 0],
      ['crossings of an owner’s border', (this.#findings.get('crossing') ?? 0) + (this.#findings.get('leak') ?? 0)],
      ['answers that are not of the contract', this.#findings.get('shape') ?? 0],
    ];
  }
}

const increase = <Key>(counts: Map<Key, number>, key: Key): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
