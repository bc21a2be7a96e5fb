import type { Capability, ParticipantToken, Role, UserId } from '../../contract/stages.ts';
import type { LocalMedia } from '../media/local-media.ts';
import type { MediaKind, TransportParticipant } from '../transport/transport.ts';
import { SessionFailure } from './decide-after-failure.ts';
import { kindsAllowed, sameCapabilities } from './granted-media.ts';
import { ParticipantList, receivableKinds } from './participant-list.ts';
import { PublishedMedia } from './published-media.ts';
import { ScreenShare } from './screen-share.ts';
import { SessionListeners } from './session-listeners.ts';
import { SessionRun, type SessionRunOptions } from './session-run.ts';
import { SessionStates } from './session-states.ts';
import {
  type FailureReason,
  SessionError,
  type SessionEvents,
  type SessionState,
  type StageParticipant,
  type StageSession,
} from './stage-session.ts';

export interface LiveSessionOptions extends SessionRunOptions {
  readonly openScreen: () => Promise<LocalMedia>;
}

const WITHOUT_RIGHTS: readonly FailureReason[] = ['banned', 'not-allowed'];

type FinalState = Extract<SessionState, { readonly name: 'left' | 'failed' }>;

/** What `joinStage` answers: the session's parts put together, and its end. */
export class LiveSession implements StageSession {
  role: Role | null = null;
  capabilities: readonly Capability[] = [];
  readonly #options: LiveSessionOptions;
  readonly #over = new AbortController();
  readonly #listeners = new SessionListeners();
  readonly #states = new SessionStates((state) => this.#listeners.emit('state', state));
  readonly #screen = new ScreenShare();
  readonly #firstToken = Promise.withResolvers<void>();
  readonly #participants: ParticipantList;
  readonly #published: PublishedMedia;
  readonly #run: SessionRun;
  readonly #ended: Promise<void>;

  constructor(options: LiveSessionOptions) {
    const { clock } = options;
    const onTrouble = (error: Error) => this.#listeners.emit('trouble', error);
    const subscribeTo = (participant: TransportParticipant) => this.#subscribeTo(participant);
    this.#options = options;
    this.#participants = new ParticipantList(subscribeTo, (list) => this.#listeners.emit('participants', list));
    const onChange: SessionEvents['published'] = (...change) => this.#listeners.emit('published', ...change);
    this.#published = new PublishedMedia({ clock, onChange, onTrouble });
    this.#run = new SessionRun(options, {
      signal: this.#over.signal,
      states: this.#states,
      participants: this.#participants,
      published: this.#published,
      subscribeTo,
      onToken: (token) => this.#takeRights(token),
      onTrouble,
    });
    // Only who shares a screen waits for it.
    this.#firstToken.promise.catch(() => {});
    this.#ended = this.#runUntilEnd();
  }

  get ownerId(): UserId {
    return this.#options.ownerId;
  }

  get state(): SessionState {
    return this.#states.current;
  }

  get participants(): readonly StageParticipant[] {
    return this.#participants.current;
  }

  get published(): LocalMedia | null {
    return this.#published.current;
  }

  get participantId(): string | null {
    return this.#run.stay?.token.participantId ?? null;
  }

  on<Event extends keyof SessionEvents>(event: Event, listener: SessionEvents[Event]): () => void {
    return this.#listeners.on(event, listener);
  }

  async publish(media: LocalMedia): Promise<void> {
    this.#stopUnlessPresent(media);
    if (media.isStopped) throw new SessionError('publish-failed', 'the media is stopped');
    await this.#published.publish(media);
  }

  unpublish(): Promise<void> {
    return this.#published.unpublish();
  }

  setMuted(kind: MediaKind, muted: boolean): void {
    this.#published.current?.setMuted(kind, muted);
  }

  async shareScreen(): Promise<StageSession> {
    this.#stopUnlessPresent();
    await this.#firstToken.promise;
    if (!this.capabilities.includes('PUBLISH_VIDEO')) {
      throw new SessionError('not-allowed', 'no capability to publish video');
    }
    const media = await this.#options.openScreen();
    this.#stopUnlessPresent(media);
    const hasAudio = this.capabilities.includes('PUBLISH_AUDIO') && media.tracks.some(({ kind }) => kind === 'audio');
    const capabilities: readonly Capability[] = hasAudio ? ['PUBLISH_AUDIO', 'PUBLISH_VIDEO'] : ['PUBLISH_VIDEO'];
    return this.#screen.start(new LiveSession({ ...this.#options, capabilities }), media);
  }

  async setCapabilities(capabilities: readonly Capability[]): Promise<void> {
    this.#stopUnlessPresent();
    await this.#run.want(capabilities);
  }

  async leave(): Promise<void> {
    this.#end({ name: 'left' });
    await this.#ended;
    await this.#screen.leave();
  }

  async #runUntilEnd(): Promise<void> {
    // Listeners that are added right after `joinStage` miss nothing.
    await Promise.resolve();
    if (this.#over.signal.aborted) return;
    try {
      await this.#run.run();
    } catch (error) {
      const { reason, cause } = error instanceof SessionFailure ? error : new SessionFailure('internal', error);
      this.#end({ name: 'failed', reason, ...(cause instanceof Error && { error: cause }) });
    }
  }

  /** Once; frees everything before anybody is told. */
  #end(state: FinalState): void {
    if (this.#over.signal.aborted) return;
    const error = notLive(state);
    this.#over.abort(error);
    this.#firstToken.reject(error);
    this.#run.end(error);
    void this.#screen.leave();
    this.#published.drop(state.name === 'failed' ? 'failed' : undefined, error);
    if (state.name === 'failed' && WITHOUT_RIGHTS.includes(state.reason)) this.role = null;
    this.#states.become(state);
    this.#listeners.close();
  }

  #takeRights({ role, capabilities }: ParticipantToken): void {
    const isSame = role === this.role && sameCapabilities(capabilities, this.capabilities);
    this.#firstToken.resolve();
    if (isSame) return;
    this.role = role;
    this.capabilities = [...capabilities].sort();
    const whyLess = this.#run.lacksRoom ? 'stage-full' : 'rights-ended';
    this.#published.allow(kindsAllowed('PUBLISH', capabilities), whyLess);
    this.#run.stay?.refreshSubscriptions();
    this.#participants.refresh();
    this.#listeners.emit('rights', { role, capabilities: this.capabilities });
  }

  #subscribeTo(participant: TransportParticipant): readonly MediaKind[] {
    if (participant.id === this.#screen.participantId) return [];
    return receivableKinds(participant, kindsAllowed('SUBSCRIBE', this.capabilities));
  }

  #stopUnlessPresent(media?: LocalMedia): void {
    if (!this.#over.signal.aborted) return;
    media?.stop();
    throw this.#over.signal.reason;
  }
}

function notLive(state: FinalState): SessionError {
  if (state.name === 'left') return new SessionError('not-live', 'the session was left');
  return new SessionError('not-live', `the session failed: ${state.reason}`, { cause: state.error });
}
