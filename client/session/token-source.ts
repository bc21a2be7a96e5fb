import type { ParticipantToken } from '../../contract/stages.ts';
import type { Clock } from '../api/stagedoor-api.ts';

/** A token with less left might expire on its way to the stage. */
const NEAR_END_MS = 30_000;

/** The one token of a session: kept for another try to join, and asked for once however many want it. */
export class TokenSource {
  readonly #issue: () => Promise<ParticipantToken>;
  readonly #clock: Clock;
  #cached: ParticipantToken | null = null;
  #pending: Promise<ParticipantToken> | null = null;

  /** `issue` must settle in bounded time: all who ask meanwhile wait for it. */
  constructor(issue: () => Promise<ParticipantToken>, clock: Clock) {
    this.#issue = issue;
    this.#clock = clock;
  }

  async get(): Promise<ParticipantToken> {
    // A fetched one is handed out whatever the local clock says: it may be wrong, and the token is not.
    return this.#kept() ?? (await this.#fetch());
  }

  /** By a newer one, such as of an exchange. */
  replace(token: ParticipantToken): void {
    this.drop();
    this.#cached = token;
  }

  /** Also lets go of a token that is on its way: who asks from now on gets another. */
  drop(): void {
    this.#cached = null;
    this.#pending = null;
  }

  #kept(): ParticipantToken | null {
    if (this.#cached === null) return null;
    return Date.parse(this.#cached.expiresAt) - this.#clock.now() > NEAR_END_MS ? this.#cached : null;
  }

  #fetch(): Promise<ParticipantToken> {
    if (this.#pending !== null) return this.#pending;
    const pending = this.#issue().then(
      (token) => {
        if (this.#pending === pending) this.replace(token);
        return token;
      },
      (error: unknown) => {
        if (this.#pending === pending) this.#pending = null;
        throw error;
      },
    );
    this.#pending = pending;
    return pending;
  }
}
