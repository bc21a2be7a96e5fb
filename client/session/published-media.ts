import { runWithin } from '../api/run-within.ts';
import type { Clock } from '../api/stagedoor-api.ts';
import type { LocalMedia } from '../media/local-media.ts';
import type { Connection, MediaKind } from '../transport/transport.ts';
import { codeOf } from './decide-after-failure.ts';
import { SessionError, type SessionEvents } from './stage-session.ts';

/** For a transport that hangs: above the 45 s after which Amazon IVS's adapter gives up, or a try would begin amid another. */
const PUBLISH_TIMEOUT_MS = 50_000;
const RETRY_AFTER_MS = 1000;
/** A try that fails and began within this time after another's failure is the same failure, which does not go away. */
const SAME_FAILURE_MS = 30_000;

type EndOfPublishing = Parameters<SessionEvents['published']>[1];

/** Where to publish, until the signal is aborted. */
interface Outlet {
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

export interface PublishedMediaOptions {
  readonly clock: Clock;
  readonly onChange: SessionEvents['published'];
  readonly onTrouble: (error: Error) => void;
}

/** Owns the media that is published, and keeps what the connection sends in step with it, with mutes and with rights. */
export class PublishedMedia {
  current: LocalMedia | null = null;
  readonly #options: PublishedMediaOptions;
  #outlet: Outlet | null = null;
  /** Null: not known before the first token. */
  #kinds: readonly MediaKind[] | null = null;
  #whyLess: EndOfPublishing = 'rights-ended';
  /** Null: not known, after a failure. */
  #sent: readonly MediaStreamTrack[] | null = [];
  #accepted: PromiseWithResolvers<void> | null = null;
  #updating: Promise<void> | null = null;
  #stopListening = () => {};
  /** Ends the wait for tracks that are not the ones to send any more: a transport may try for long. */
  #stopWaiting = () => {};
  #failedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: PublishedMediaOptions) {
    this.#options = options;
  }

  /** Resolves when the stage takes it; the media of before is stopped. */
  publish(media: LocalMedia): Promise<void> {
    if (media !== this.current) this.#take(media);
    this.#accepted ??= Promise.withResolvers();
    const { promise } = this.#accepted;
    void this.#update();
    return promise;
  }

  async unpublish(): Promise<void> {
    this.drop();
    await this.#update();
  }

  /** Lets go of the media and stops it. `error` is for who still waits for it to be published. */
  drop(
    reason?: EndOfPublishing,
    error = new SessionError('publish-failed', 'the media was stopped before it was published'),
  ): void {
    const media = this.current;
    if (media === null) return;
    this.#release(media, error);
    this.#options.onChange(null, reason);
    void this.#update();
  }

  /** Media of other kinds is stopped for good: nobody but its owner turns a camera on again. */
  allow(kinds: readonly MediaKind[], whyLess: EndOfPublishing): void {
    this.#kinds = kinds;
    this.#whyLess = whyLess;
    void this.#update();
  }

  attach(outlet: Outlet): void {
    this.#outlet = outlet;
    this.#sent = [];
    void this.#update();
  }

  /** What was sent is not sent any more. */
  async onPublishFailed(error: Error): Promise<void> {
    const outlet = this.#outlet;
    if (outlet === null || outlet.signal.aborted || this.current === null) return;
    await this.#afterFailure(error, outlet, this.#options.clock.now());
    if (outlet.signal.aborted) return;
    this.#sent = null;
    await this.#update();
  }

  #take(media: LocalMedia): void {
    if (this.current !== null) {
      this.#release(this.current, new SessionError('publish-failed', 'other media was published instead'));
    }
    this.current = media;
    this.#failedAtMs = Number.NEGATIVE_INFINITY;
    const stopChanged = media.on('changed', () => void this.#update());
    const stopStopped = media.on('stopped', () => this.drop('stopped'));
    this.#stopListening = () => {
      stopChanged();
      stopStopped();
    };
    this.#options.onChange(media);
  }

  #release(media: LocalMedia, error: SessionError): void {
    this.#stopListening();
    this.current = null;
    const accepted = this.#accepted;
    this.#accepted = null;
    media.stop();
    accepted?.reject(error);
  }

  #update(): Promise<void> {
    this.#stopOthers();
    this.#stopWaiting();
    this.#updating ??= this.#bringInStep();
    return this.#updating;
  }

  /** Also of a device that was on its way when the right ended. */
  #stopOthers(): void {
    if (this.#kinds === null) return;
    const tracks = this.current?.tracks ?? [];
    const others = tracks.filter((track) => !this.#isAllowed(track));
    for (const track of others) {
      // With nothing left the media ends because of that, and not because it stopped.
      if (others.length === tracks.length) track.stop();
      else this.current?.stopKind(track.kind as MediaKind);
    }
  }

  async #bringInStep(): Promise<void> {
    // What changes at once is sent at once.
    await Promise.resolve();
    try {
      for (let outlet = this.#outlet; outlet !== null && !outlet.signal.aborted; outlet = this.#outlet) {
        const tracks = this.#allowedTracks();
        if (this.current !== null && tracks.length === 0) this.#refuse();
        else if (this.#sent !== null && sameTracks(tracks, this.#sent)) return this.#inStep(outlet);
        else await this.#send(outlet, tracks);
      }
    } finally {
      // Here and not in a `then`: a change in between would be lost.
      this.#updating = null;
    }
  }

  async #send(outlet: Outlet, tracks: readonly MediaStreamTrack[]): Promise<void> {
    const { clock } = this.#options;
    const limits = { clock, timeoutMs: PUBLISH_TIMEOUT_MS, signal: outlet.signal };
    const triedAtMs = clock.now();
    const superseded = Promise.withResolvers<never>();
    this.#stopWaiting = () => {
      if (!sameTracks(tracks, this.#allowedTracks())) superseded.reject(new Error('other tracks are to be sent'));
    };
    try {
      await Promise.race([runWithin(limits, () => outlet.connection.publish(tracks)), superseded.promise]);
      if (outlet === this.#outlet) this.#sent = tracks;
    } catch (error) {
      if (outlet.signal.aborted) return;
      this.#sent = null;
      // Where nothing is left to publish, or something else by now, this failure is of the past.
      if (tracks.length === 0) this.#sent = [];
      else if (sameTracks(tracks, this.#allowedTracks())) await this.#afterFailure(error as Error, outlet, triedAtMs);
    }
  }

  #inStep({ connection }: Outlet): void {
    for (const { kind } of this.#sent ?? []) {
      const media = kind as MediaKind;
      connection.setMuted(media, this.current?.isMuted(media) ?? true);
    }
    this.#accepted?.resolve();
    this.#accepted = null;
  }

  /** Waits, for one more try; ends it where that would be no use. */
  async #afterFailure(error: Error, outlet: Outlet, triedAtMs: number): Promise<void> {
    const { clock, onTrouble } = this.#options;
    const again = triedAtMs - this.#failedAtMs >= SAME_FAILURE_MS && codeOf(error) !== 'stage-full';
    this.#failedAtMs = clock.now();
    onTrouble(error);
    if (again) await clock.delay(RETRY_AFTER_MS, outlet.signal).catch(() => {});
    else this.drop('failed', new SessionError('publish-failed', error.message, { cause: error }));
  }

  #refuse(): void {
    if (this.#accepted === null) this.drop(this.#whyLess);
    else this.drop(this.#whyLess, new SessionError('not-allowed', 'no capability to publish any of it'));
  }

  #allowedTracks(): readonly MediaStreamTrack[] {
    const tracks = this.current?.tracks ?? [];
    return tracks.filter((track) => track.readyState === 'live' && this.#isAllowed(track));
  }

  #isAllowed({ kind }: MediaStreamTrack): boolean {
    return this.#kinds?.some((allowed) => allowed === kind) ?? false;
  }
}

function sameTracks(some: readonly MediaStreamTrack[], others: readonly MediaStreamTrack[]): boolean {
  return some.length === others.length && some.every((track) => others.includes(track));
}
