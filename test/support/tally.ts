/** How often what befell. */
export class Tally {
  readonly #counts = new Map<string, number>();

  /** From the beginning at nothing, so that what never befell shows. */
  constructor(kinds: readonly string[]) {
    for (const kind of kinds) this.#counts.set(kind, 0);
  }

  count(kind: string, times = 1): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + times);
  }

  get figures(): readonly (readonly [kind: string, times: number])[] {
    return [...this.#counts];
  }

  get missing(): readonly string[] {
    return this.figures.flatMap(([kind, times]) => (times === 0 ? [kind] : []));
  }
}
