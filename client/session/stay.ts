import type { ParticipantToken } from '../../contract/stages.ts';
import type { Clock } from '../api/stagedoor-api.ts';
import type { Connection } from '../transport/transport.ts';
import { ConnectionEnded } from './decide-after-failure.ts';

/** One connection, from the try to join until its end. Whatever comes of it later finds its signal aborted. */
export class Stay {
  token: ParticipantToken;
  /** Not any more once the API or the stage refused. */
  isExchangeable: boolean;
  readonly ended: Promise<Error>;
  #connection: Connection | null = null;
  #interruption: AbortController | null = null;
  readonly #over = new AbortController();
  readonly #resolveEnded: (cause: Error) => void;

  constructor(token: ParticipantToken) {
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.token = token;
    this.isExchangeable = token.issuedBy === 'key-pair';
    this.ended = promise;
    this.#resolveEnded = resolve;
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  get isInterrupted(): boolean {
    return this.#interruption !== null;
  }

  /** A connection that comes too late is left at once. */
  take(connection: Connection): Connection {
    this.#connection = connection;
    if (this.signal.aborted) connection.leave();
    return connection;
  }

  refreshSubscriptions(): void {
    if (!this.signal.aborted) this.#connection?.refreshSubscriptions();
  }

  /** Ends it if it does not resume in time. */
  interrupt(clock: Clock, longestMs: number): void {
    const interruption = new AbortController();
    this.#interruption = interruption;
    clock.delay(longestMs, interruption.signal).then(
      () => this.end(new ConnectionEnded('connection-lost')),
      () => {},
    );
  }

  resume(): void {
    this.#interruption?.abort();
    this.#interruption = null;
  }

  /** Also gives up a try to join. The first cause counts. */
  end(cause: Error): void {
    if (this.signal.aborted) return;
    this.resume();
    this.#resolveEnded(cause);
    this.#over.abort(cause);
    this.#connection?.leave();
  }
}
