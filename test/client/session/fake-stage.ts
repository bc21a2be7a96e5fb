import {
  type Connection,
  type ConnectOptions,
  type EndReason,
  type MediaKind,
  type Transport,
  TransportError,
  type TransportParticipant,
} from '../../../client/transport/transport.ts';

/** What a stage does with a call; returns, throws or hangs. */
type Behaviour = () => void | Promise<void>;

const works: Behaviour = () => {};

/** A stage without media. Every connection that it ever had can be looked at. */
export class FakeStage implements Transport {
  readonly connections: FakeConnection[] = [];
  /** Tried in this order, and then all works. */
  readonly connecting: Behaviour[] = [];
  readonly publishing: Behaviour[] = [];
  readonly exchanging: Behaviour[] = [];
  tries = 0;
  publishTries = 0;
  /** How many connections one participant had at once, at most. */
  mostAtOnce = 0;

  async connect(token: string, options: ConnectOptions): Promise<Connection> {
    this.tries += 1;
    await (this.connecting.shift() ?? works)();
    const connection = new FakeConnection(this, token, options);
    this.connections.push(connection);
    const samePerson = this.present.filter(({ participantId }) => participantId === connection.participantId);
    this.mostAtOnce = Math.max(this.mostAtOnce, samePerson.length);
    return connection;
  }

  get last(): FakeConnection {
    const last = this.connections.at(-1);
    if (last === undefined) throw new Error('nobody has connected');
    return last;
  }

  get present(): readonly FakeConnection[] {
    return this.connections.filter(({ isOver }) => !isOver);
  }
}

export class FakeConnection implements Connection {
  isOver = false;
  token: string;
  published: readonly MediaStreamTrack[] = [];
  readonly muted = new Map<MediaKind, boolean>();
  refreshed = 0;
  readonly options: ConnectOptions;
  readonly #stage: FakeStage;
  #publishCalls = 0;

  constructor(stage: FakeStage, token: string, options: ConnectOptions) {
    this.#stage = stage;
    this.token = token;
    this.options = options;
  }

  /** The API's fake puts it in front of its tokens. */
  get participantId(): string {
    return this.token.split(' ')[0] ?? '';
  }

  get kinds(): string {
    return this.published
      .map(({ kind }) => kind)
      .sort()
      .join();
  }

  async publish(tracks: readonly MediaStreamTrack[]): Promise<void> {
    this.#publishCalls += 1;
    const call = this.#publishCalls;
    if (tracks.length > 0) {
      this.#stage.publishTries += 1;
      await (this.#stage.publishing.shift() ?? works)();
    }
    if (this.isOver) throw new TransportError('aborted', 'left');
    if (call === this.#publishCalls) this.published = tracks;
  }

  setMuted(kind: MediaKind, muted: boolean): void {
    this.muted.set(kind, muted);
  }

  refreshSubscriptions(): void {
    this.refreshed += 1;
  }

  async exchange(token: string): Promise<void> {
    await (this.#stage.exchanging.shift() ?? works)();
    this.token = token;
  }

  leave(): void {
    this.isOver = true;
    this.published = [];
  }

  end(reason: EndReason): void {
    if (this.isOver) return;
    this.leave();
    this.options.listener.onEnded(reason);
  }
}

export const participant = (change: Partial<TransportParticipant> = {}): TransportParticipant => ({
  id: 'participant-of-grace',
  userId: 'grace',
  attributes: { name: 'Grace', role: 'guest', capabilities: 'PUBLISH_AUDIO,PUBLISH_VIDEO,SUBSCRIBE_AUDIO' },
  isPublishing: true,
  audioMuted: false,
  videoMuted: false,
  ...change,
});
