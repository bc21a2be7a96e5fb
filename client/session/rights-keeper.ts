import type { Capability, ParticipantToken, StageSummary, UserId } from '../../contract/stages.ts';
import { runWithin } from '../api/run-within.ts';
import type { Clock, StagedoorApi } from '../api/stagedoor-api.ts';
import type { Connection } from '../transport/transport.ts';
import { ConnectionEnded, codeOf, retryAfterMsOf, SessionFailure } from './decide-after-failure.ts';
import { sameCapabilities, withoutOthers } from './granted-media.ts';
import { reconnectDelayMs } from './reconnect-delays.ts';
import type { Stay } from './stay.ts';
import type { TokenSource } from './token-source.ts';
import type { WantedCapabilities } from './wanted-capabilities.ts';

/** The server leaves 10 s for an exchange: a question that hangs must not use them up. */
const ROLE_CHECK_TIMEOUT_MS = 4000;
const EXCHANGE_TIMEOUT_MS = 8000;
const BEFORE_EXPIRY_MS = 60_000;
const SHORTEST_BETWEEN_EXPIRIES_MS = 10_000;
/** Between exchanges where the local clock has a token expired on its arrival, which it is not; a third of the usual life. */
const WITH_WRONG_CLOCK_MS = 300_000;
const SHORTEST_WAIT_MS = 50;
/** One may be the network's, and none after these: the stage does not take these tokens, whatever it says. */
const MOST_FAILED_EXCHANGES = 3;
/** One may be a race with the renewal of the access token. */
const MOST_UNAUTHENTICATED = 3;
const REFUSALS: readonly unknown[] = ['TOKEN_REFUSED', 'EXCHANGE_NOT_SUPPORTED', 'exchange-refused', 'unsupported'];

export interface RightsKeeperOptions {
  readonly api: StagedoorApi;
  readonly ownerId: UserId;
  readonly clock: Clock;
  readonly random: () => number;
  readonly roleCheckMs: number;
  readonly tokens: TokenSource;
  readonly wanted: WantedCapabilities;
  /** Another token than the source's, to be put there when it is used. */
  readonly issue: (requested: readonly Capability[]) => Promise<ParticipantToken>;
  readonly onToken: (token: ParticipantToken) => void;
  readonly onTrouble: (error: Error) => void;
}

/** Keeps a connection's token in step with the caller's role, and from expiring, for as long as it lasts. */
export class RightsKeeper {
  readonly #options: RightsKeeperOptions;
  readonly #stay: Stay;
  readonly #connection: Connection;
  #stage: StageSummary | null = null;
  #renewing: Promise<void> | null = null;
  #exchangeAtMs: number;
  #retryAtMs = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #failedExchanges = 0;
  #unauthenticated = 0;

  constructor(options: RightsKeeperOptions, stay: Stay, connection: Connection) {
    this.#options = options;
    this.#stay = stay;
    this.#connection = connection;
    this.#exchangeAtMs = this.#exchangeTime();
  }

  /** Until the connection ends. Checks go on during a renewal: it may hang, and rights may end. */
  async run(): Promise<void> {
    const { clock, roleCheckMs } = this.#options;
    for (let checkAtMs = clock.now() + roleCheckMs; !this.#stay.signal.aborted; ) {
      const waitMs = Math.min(checkAtMs, this.#nextExchangeMs()) - clock.now();
      await clock.delay(Math.max(waitMs, SHORTEST_WAIT_MS), this.#stay.signal);
      checkAtMs = clock.now() + roleCheckMs;
      await this.#check();
    }
  }

  /** For `setCapabilities`: wanted from then on, once there is a token with it. @throws ApiError, TransportError */
  async renewNow(wish: readonly Capability[]): Promise<void> {
    while (this.#renewing !== null) await this.#renewing.catch(() => {});
    await this.#single(async () => {
      const { capabilities } = await this.#askForRole();
      const allowed = withoutOthers(wish, capabilities);
      // With nothing of it allowed, the API says so better than we could.
      if (this.#stay.isExchangeable) await this.#exchange(allowed.length === 0 ? wish : allowed, wish);
      else await this.#replace(wish);
    });
  }

  async #check(): Promise<void> {
    const { wanted, clock, onTrouble } = this.#options;
    let instead: readonly Capability[] | null = null;
    try {
      const stage = await this.#askForRole();
      this.#failWithoutRights(stage);
      this.#stage = stage;
      instead = wanted.insteadOf(this.#stay.token, stage);
    } catch (error) {
      if (this.#stay.signal.aborted) return;
      onTrouble(error as Error);
    }
    const isDue = this.#stay.isExchangeable && clock.now() >= this.#exchangeAtMs;
    if (this.#renewing !== null || clock.now() < this.#retryAtMs || (instead === null && !isDue)) return;
    void this.#single(() => this.#tryToRenew(instead));
  }

  async #askForRole(): Promise<StageSummary> {
    const { api, ownerId, clock } = this.#options;
    const limits = { clock, timeoutMs: ROLE_CHECK_TIMEOUT_MS, signal: this.#stay.signal };
    try {
      const stage = await runWithin(limits, (signal) => api.getStage(ownerId, { signal }));
      this.#unauthenticated = 0;
      return stage;
    } catch (error) {
      const code = codeOf(error);
      this.#unauthenticated = code === 'UNAUTHENTICATED' ? this.#unauthenticated + 1 : 0;
      if (this.#unauthenticated === MOST_UNAUTHENTICATED) this.#stay.end(new SessionFailure('signed-out', error));
      if (code === 'STAGE_NOT_FOUND') this.#stay.end(new SessionFailure('not-allowed', error));
      if (code === 'BANNED') this.#stay.end(new SessionFailure('banned', error));
      throw error;
    }
  }

  /** Rather than wait to be put out. */
  #failWithoutRights(stage: StageSummary): void {
    if (stage.role === null) this.#stay.end(new SessionFailure('banned', new Error('no right on the stage any more')));
    else if (this.#options.wanted.within(stage).length === 0) {
      this.#stay.end(new SessionFailure('rights-ended', new Error('no right to anything that was asked for')));
    }
    this.#stay.signal.throwIfAborted();
  }

  async #tryToRenew(instead: readonly Capability[] | null): Promise<void> {
    try {
      // Left out, they stay what they were, less what the role lost meanwhile: no race with the server.
      const unasked = withoutOthers(this.#stay.token.capabilities, this.#stage?.capabilities ?? []);
      const capabilities = instead === null || sameCapabilities(instead, unasked) ? undefined : instead;
      await (this.#stay.isExchangeable ? this.#exchange(capabilities) : this.#replace());
    } catch (error) {
      if (!this.#stay.signal.aborted) this.#afterRefusal(error as Error);
    }
  }

  #afterRefusal(error: Error): void {
    const { clock, random, wanted, onTrouble } = this.#options;
    const code = codeOf(error);
    if (REFUSALS.includes(code)) this.#stopExchanging();
    if (code === 'STAGE_FULL') wanted.waitForRoom();
    this.#failures += 1;
    this.#retryAtMs = clock.now() + Math.max(retryAfterMsOf(error), reconnectDelayMs(this.#failures, random));
    this.#exchangeAtMs = Math.max(this.#exchangeAtMs, this.#retryAtMs);
    onTrouble(error);
  }

  /** If it was because of being put out, the end is on its way: the next check, and not this one, joins anew if need be. */
  #stopExchanging(): void {
    this.#stay.isExchangeable = false;
    this.#options.tokens.drop();
  }

  #single(renew: () => Promise<void>): Promise<void> {
    this.#renewing = renew().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #exchange(capabilities: readonly Capability[] | undefined, wish?: readonly Capability[]): Promise<void> {
    const { api, ownerId, clock, tokens, wanted, onToken } = this.#options;
    const limits = { clock, timeoutMs: EXCHANGE_TIMEOUT_MS, signal: this.#stay.signal };
    const request = { token: this.#stay.token.token, capabilities };
    const token = await runWithin(limits, (signal) => api.exchangeToken(ownerId, request, { signal }));
    await runWithin(limits, () => this.#connection.exchange(token.token)).catch((error: unknown) => {
      this.#failedExchanges += 1;
      if (this.#failedExchanges >= MOST_FAILED_EXCHANGES && !this.#stay.signal.aborted) this.#stopExchanging();
      throw error;
    });
    this.#stay.token = token;
    tokens.replace(token);
    wanted.requested = wish ?? wanted.requested;
    wanted.lacksRoom = false;
    this.#failures = 0;
    this.#failedExchanges = 0;
    this.#exchangeAtMs = this.#exchangeTime();
    onToken(token);
  }

  /** Where tokens cannot be exchanged: a fresh one first, and then another connection, if it is worth one. */
  async #replace(wish?: readonly Capability[]): Promise<void> {
    const { tokens, wanted, issue } = this.#options;
    tokens.drop();
    const token = await (wish === undefined ? tokens.get() : issue(wish));
    if (wish !== undefined) {
      tokens.replace(token);
      wanted.requested = wish;
    }
    const { role, capabilities } = this.#stay.token;
    if (token.role === role && sameCapabilities(token.capabilities, capabilities)) wanted.waitForRoom();
    else this.#stay.end(new ConnectionEnded('rejoin'));
  }

  #nextExchangeMs(): number {
    const isOurs = this.#stay.isExchangeable && this.#renewing === null;
    return isOurs ? this.#exchangeAtMs : Number.POSITIVE_INFINITY;
  }

  #exchangeTime(): number {
    const nowMs = this.#options.clock.now();
    const lifeMs = Date.parse(this.#stay.token.expiresAt) - nowMs;
    if (lifeMs <= 0) return nowMs + WITH_WRONG_CLOCK_MS;
    return nowMs + Math.max(SHORTEST_BETWEEN_EXPIRIES_MS, lifeMs - Math.min(BEFORE_EXPIRY_MS, lifeMs / 5));
  }
}
