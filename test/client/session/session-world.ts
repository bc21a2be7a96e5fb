import { type JoinStageOptions, joinStage } from '../../../client/session/join-stage.ts';
import type { SessionState, StageSession } from '../../../client/session/stage-session.ts';
import { FakeApi } from './fake-api.ts';
import { FakeMedia } from './fake-media.ts';
import { FakeStage } from './fake-stage.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A session, and all that it can touch. */
export class SessionWorld {
  readonly clock = new VirtualClock();
  readonly api = new FakeApi(this.clock);
  readonly stage = new FakeStage();
  readonly states: SessionState[] = [];
  readonly troubles: Error[] = [];
  readonly media: FakeMedia[] = [];
  readonly #online = new Set<() => void>();

  join(options: Partial<JoinStageOptions> = {}): StageSession {
    const session = joinStage({
      api: this.api.asStagedoorApi,
      ownerId: 'ada',
      transport: this.stage,
      clock: this.clock,
      random: () => 0.5,
      openScreen: async () => this.open(),
      onOnline: (listener) => {
        this.#online.add(listener);
        return () => this.#online.delete(listener);
      },
      ...options,
    });
    session.on('state', (state) => this.states.push(state));
    session.on('trouble', (error) => this.troubles.push(error));
    return session;
  }

  async joinLive(options: Partial<JoinStageOptions> = {}): Promise<StageSession> {
    const session = this.join(options);
    await this.clock.pass(0);
    return session;
  }

  open(kinds: ConstructorParameters<typeof FakeMedia>[0] = ['audio', 'video']): FakeMedia {
    const media = new FakeMedia(kinds);
    this.media.push(media);
    return media;
  }

  beOnline(): void {
    for (const listener of [...this.#online]) listener();
  }

  get stateNames(): string {
    return this.states.map(({ name }) => name).join(' ');
  }

  /** What a session that is over must not leave behind. */
  get leftBehind() {
    return {
      timers: this.clock.waiting,
      onlineListeners: this.#online.size,
      connections: this.stage.present.length,
      runningTracks: this.media.reduce((sum, { running }) => sum + running, 0),
      mediaListeners: this.media.reduce((sum, { listening }) => sum + listening, 0),
    };
  }
}

export const nothing = { timers: 0, onlineListeners: 0, connections: 0, runningTracks: 0, mediaListeners: 0 };
