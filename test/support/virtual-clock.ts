/** Time that passes only when a test lets it pass, or a use case sleeps. */
export class VirtualClock {
  #ms: number;
  #deadlines: { readonly at: number; readonly controller: AbortController }[] = [];

  constructor(start = '2026-01-01T00:00:00.000Z') {
    this.#ms = Date.parse(start);
  }

  readonly now = (): Date => new Date(this.#ms);

  readonly sleep = async (ms: number): Promise<void> => this.advance(ms);

  readonly deadline = (ms: number): AbortSignal => {
    const controller = new AbortController();
    this.#deadlines.push({ at: this.#ms + ms, controller });
    return controller.signal;
  };

  advance(ms: number): void {
    this.#ms += ms;
    const over = this.#deadlines.filter(({ at }) => at <= this.#ms);
    this.#deadlines = this.#deadlines.filter(({ at }) => at > this.#ms);
    for (const { controller } of over) controller.abort();
  }
}
