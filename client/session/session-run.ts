import type { Capability, ParticipantToken, UserId } from '../../contract/stages.ts';
import { runWithin } from '../api/run-within.ts';
import type { Clock, StagedoorApi } from '../api/stagedoor-api.ts';
import type {
  Connection,
  ConnectionListener,
  MediaKind,
  Transport,
  TransportParticipant,
} from '../transport/transport.ts';
import { BackOff } from './back-off.ts';
import {
  ConnectionEnded,
  codeOf,
  reasonOf,
  retryAfterMsOf,
  SessionFailure,
  stepAfter,
} from './decide-after-failure.ts';
import { GiveUpTime } from './give-up-time.ts';
import { issueToken } from './issue-token.ts';
import type { ParticipantList } from './participant-list.ts';
import type { PublishedMedia } from './published-media.ts';
import { RightsKeeper } from './rights-keeper.ts';
import type { SessionStates } from './session-states.ts';
import type { FailureReason } from './stage-session.ts';
import { Stay } from './stay.ts';
import { TokenSource } from './token-source.ts';
import { WantedCapabilities } from './wanted-capabilities.ts';
import { whyPutOut } from './why-put-out.ts';

const TOKEN_TIMEOUT_MS = 20_000;
const JOIN_TIMEOUT_MS = 20_000;
const ROLE_TIMEOUT_MS = 4000;
/** How long a transport may try by itself to get a connection back. */
const LONGEST_INTERRUPTION_MS = 30_000;
const SECOND_DELETION_WITHIN_MS = 60_000;

export interface SessionRunOptions {
  readonly api: StagedoorApi;
  readonly ownerId: UserId;
  readonly capabilities: readonly Capability[] | undefined;
  readonly loadTransport: () => Promise<Transport>;
  readonly giveUpAfterMs: number;
  readonly roleCheckMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onOnline: (listener: () => void) => () => void;
}

/** What of the session the run works on. */
export interface SessionParts {
  readonly signal: AbortSignal;
  readonly states: SessionStates;
  readonly participants: ParticipantList;
  readonly published: PublishedMedia;
  readonly subscribeTo: (participant: TransportParticipant) => readonly MediaKind[];
  readonly onToken: (token: ParticipantToken) => void;
  readonly onTrouble: (error: Error) => void;
}

/** Gets a token, connects, stays as long as it goes well, and decides what to do about its end; again and again. */
export class SessionRun {
  stay: Stay | null = null;
  readonly #options: SessionRunOptions;
  readonly #parts: SessionParts;
  readonly #tokens: TokenSource;
  readonly #wanted: WantedCapabilities;
  readonly #giveUpTime: GiveUpTime;
  readonly #backOff: BackOff;
  #keeper: RightsKeeper | null = null;
  #attempt = 1;
  #deletedAtMs = Number.NEGATIVE_INFINITY;
  #hasRenewedToken = false;
  #lastWish: Promise<void> = Promise.resolve();

  constructor(options: SessionRunOptions, parts: SessionParts) {
    const { capabilities, clock, giveUpAfterMs } = options;
    this.#options = options;
    this.#parts = parts;
    this.#giveUpTime = new GiveUpTime(clock, giveUpAfterMs);
    this.#backOff = new BackOff({ ...options, clock: this.#giveUpTime.clock, signal: parts.signal });
    this.#wanted = new WantedCapabilities(capabilities, clock);
    this.#tokens = new TokenSource(() => this.#issue(this.#wanted.requested), clock);
  }

  /** The present token allows no publishing because the stage takes no more publishers. */
  get lacksRoom(): boolean {
    return this.#wanted.lacksRoom;
  }

  /** Until the session has ended. @throws SessionFailure; the reason of the session's signal */
  async run(): Promise<never> {
    this.#parts.states.become({ name: 'joining', attempt: this.#attempt });
    for (;;) {
      const cause = await this.#joinAndStay();
      this.#parts.signal.throwIfAborted();
      await this.#recover(cause);
    }
  }

  /** Frees what the run holds of a connection; its waits end with the session's signal. */
  end(cause: Error): void {
    this.#keeper = null;
    this.stay?.end(cause);
    this.#parts.participants.clear();
  }

  /** One after the other. @throws ApiError, TransportError; what was wanted before goes on to be wanted then */
  want(capabilities: readonly Capability[]): Promise<void> {
    const wish = this.#lastWish.then(() => this.#want(capabilities));
    this.#lastWish = wish.catch(() => {});
    return wish;
  }

  async #want(capabilities: readonly Capability[]): Promise<void> {
    this.#parts.signal.throwIfAborted();
    const { stay } = this;
    if (stay === null || stay.signal.aborted || this.#keeper === null) return this.#wantNext(capabilities);
    try {
      await this.#keeper.renewNow(capabilities);
    } catch (error) {
      if (!stay.signal.aborted) throw error;
      // Lost meanwhile: the next connection will have them.
      await this.#want(capabilities);
    }
  }

  /** Gets the token to join with next, as the API alone can tell whether it allows that. */
  async #wantNext(capabilities: readonly Capability[]): Promise<void> {
    const token = await this.#issue(capabilities);
    this.#wanted.requested = capabilities;
    this.#tokens.replace(token);
  }

  #issue(requested: readonly Capability[] | undefined): Promise<ParticipantToken> {
    const options = { ...this.#options, wanted: this.#wanted, requested };
    return this.#within(TOKEN_TIMEOUT_MS, (signal) => issueToken(options, signal));
  }

  /** Answers why it did not come to a stay, or why that ended. */
  async #joinAndStay(): Promise<Error> {
    let cause: Error;
    try {
      const stay = new Stay(await this.#tokens.get());
      this.#parts.signal.throwIfAborted();
      this.stay = stay;
      // Before joining: subscriptions begin with it.
      this.#parts.onToken(stay.token);
      await this.#connect(stay);
      cause = await stay.ended;
    } catch (error) {
      cause = error as Error;
    }
    this.end(cause);
    return cause;
  }

  async #connect(stay: Stay): Promise<void> {
    const { loadTransport } = this.#options;
    const { clock } = this.#giveUpTime;
    const limits = { clock, timeoutMs: Math.min(JOIN_TIMEOUT_MS, this.#leftMs()), signal: stay.signal };
    const join = async (signal: AbortSignal) => {
      const options = { listener: this.#listenerOf(stay), subscribeTo: this.#parts.subscribeTo, signal };
      const transport = await loadTransport();
      signal.throwIfAborted();
      return stay.take(await transport.connect(stay.token.token, options));
    };
    try {
      this.#goLive(stay, await runWithin(limits, join));
    } catch (error) {
      // No answer in time: a connection that comes later must not share its token with the next one.
      if (codeOf(error) === 'UNREACHABLE') this.#tokens.drop();
      throw error;
    }
  }

  #goLive(stay: Stay, connection: Connection): void {
    const { onToken, onTrouble, published, states } = this.#parts;
    const issue = (requested: readonly Capability[]) => this.#issue(requested);
    const options = { ...this.#options, tokens: this.#tokens, wanted: this.#wanted, issue, onToken, onTrouble };
    const keeper = new RightsKeeper(options, stay, connection);
    published.attach({ connection, signal: stay.signal });
    if (stay.signal.aborted) return;
    this.#keeper = keeper;
    keeper.run().catch((error: Error) => stay.end(error));
    this.#backOff.onLive();
    this.#hasRenewedToken = false;
    this.#attempt = 0;
    states.become({ name: 'live' });
    if (stay.isInterrupted) this.#nextAttempt();
  }

  #listenerOf(stay: Stay): ConnectionListener {
    const { giveUpAfterMs } = this.#options;
    const { participants, published, states } = this.#parts;
    const ifPresent =
      <Told extends readonly unknown[]>(listener: (...told: Told) => void) =>
      (...told: Told) => {
        if (!stay.signal.aborted) listener(...told);
      };
    return {
      onParticipant: ifPresent((participant) => participants.put(participant)),
      onParticipantLeft: ifPresent((participantId) => participants.remove(participantId)),
      onTracks: ifPresent((participantId, tracks) => participants.putTracks(participantId, tracks)),
      onInterrupted: ifPresent(() => {
        if (stay.isInterrupted) return;
        stay.interrupt(this.#giveUpTime.clock, Math.min(giveUpAfterMs, LONGEST_INTERRUPTION_MS));
        if (states.current.name === 'live') this.#nextAttempt();
      }),
      onResumed: ifPresent(() => {
        if (!stay.isInterrupted) return;
        stay.resume();
        if (this.#keeper === null) return;
        this.#attempt = 0;
        states.become({ name: 'live' });
      }),
      onPublishFailed: ifPresent((error) => void published.onPublishFailed(error)),
      onEnded: ifPresent((reason) => stay.end(new ConnectionEnded(reason))),
    };
  }

  /** Returns when it is time to join again. @throws SessionFailure when it never is */
  async #recover(cause: Error): Promise<void> {
    const step = stepAfter(cause);
    if (step === null) throw cause instanceof SessionFailure ? cause : new SessionFailure(reasonOf(cause), cause);
    this.#nextAttempt(cause);
    this.#parts.signal.throwIfAborted();
    switch (step) {
      case 'rejoin':
        return;
      case 'ask-why':
        throw new SessionFailure(await this.#whyPutOut(), cause);
      case 'renew-stage':
        return this.#renewStage(cause);
      case 'await-stage':
        return this.#awaitStage(cause);
      case 'renew-token':
        return this.#renewToken(cause);
      case 'back-off':
        return this.#tryLater(cause);
    }
  }

  #nextAttempt(lastError?: Error): void {
    const { states } = this.#parts;
    if (states.current.name === 'live') this.#giveUpTime.restart();
    this.#attempt += 1;
    states.become({
      name: states.current.name === 'joining' ? 'joining' : 'reconnecting',
      attempt: this.#attempt,
      ...(lastError !== undefined && { lastError }),
    });
  }

  #whyPutOut(): Promise<FailureReason> {
    const had = this.stay?.token.capabilities ?? [];
    return whyPutOut(had, { ...this.#options, signal: this.#parts.signal });
  }

  /** Once: who deletes a stage again meant it. The server may not know of it yet; a host's `PUT` finds out. */
  async #renewStage(cause: Error): Promise<void> {
    const nowMs = this.#options.clock.now();
    if (nowMs - this.#deletedAtMs < SECOND_DELETION_WITHIN_MS) throw new SessionFailure('stage-inactive', cause);
    this.#deletedAtMs = nowMs;
    this.#tokens.drop();
    await this.#awaitStage(cause);
  }

  async #renewToken(cause: Error): Promise<void> {
    this.#tokens.drop();
    if (this.#hasRenewedToken) return this.#tryLater(cause);
    this.#hasRenewedToken = true;
  }

  /** A host has it opened, others wait as long as the API asks. */
  async #awaitStage(cause: Error): Promise<void> {
    const { api, ownerId, giveUpAfterMs } = this.#options;
    let obstacle: Error | null = cause;
    try {
      const { role } = await this.#within(ROLE_TIMEOUT_MS, (signal) => api.getStage(ownerId, { signal }));
      if (role === 'host') {
        await this.#within(giveUpAfterMs, (signal) => api.openMyStage({ signal }));
        obstacle = null;
      }
    } catch (error) {
      this.#parts.signal.throwIfAborted();
      if (stepAfter(error) === null) throw new SessionFailure(reasonOf(error), error);
      obstacle = error as Error;
    }
    await this.#tryLater(cause, retryAfterMsOf(obstacle));
  }

  async #tryLater(cause: Error, askedMs = retryAfterMsOf(cause)): Promise<void> {
    await this.#backOff.wait(askedMs, this.#leftMs());
    if (this.#leftMs() <= 0) throw new SessionFailure('unreachable', cause);
  }

  /** Until it is time to give up. */
  #leftMs(): number {
    return this.#parts.states.current.name === 'live' ? this.#options.giveUpAfterMs : this.#giveUpTime.leftMs;
  }

  #within<T>(timeoutMs: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock } = this.#giveUpTime;
    return runWithin({ clock, timeoutMs: Math.min(timeoutMs, this.#leftMs()), signal: this.#parts.signal }, run);
  }
}
