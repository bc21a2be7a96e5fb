import type { LocalMedia, LocalMediaEvents } from '../../../client/media/local-media.ts';
import type { MediaKind } from '../../../client/transport/transport.ts';

export class FakeTrack {
  readyState: 'live' | 'ended' = 'live';
  readonly kind: MediaKind;

  constructor(kind: MediaKind) {
    this.kind = kind;
  }

  stop(): void {
    this.readyState = 'ended';
  }
}

export const fakeTrack = (kind: MediaKind): MediaStreamTrack => new FakeTrack(kind) as unknown as MediaStreamTrack;

/** Devices without a browser. Counts who listens. */
export class FakeMedia implements LocalMedia {
  readonly source: LocalMedia['source'] = 'camera';
  readonly stream = {} as MediaStream;
  tracks: MediaStreamTrack[];
  isStopped = false;
  listening = 0;
  readonly #all: MediaStreamTrack[];
  readonly #muted = new Set<MediaKind>();
  readonly #listeners = { changed: new Set<() => void>(), stopped: new Set<() => void>() };

  constructor(kinds: readonly MediaKind[] = ['audio', 'video']) {
    this.tracks = kinds.map(fakeTrack);
    this.#all = [...this.tracks];
  }

  get running(): number {
    return this.#all.filter(({ readyState }) => readyState === 'live').length;
  }

  isMuted(kind: MediaKind): boolean {
    return this.#muted.has(kind);
  }

  setMuted(kind: MediaKind, muted: boolean): void {
    if (muted) this.#muted.add(kind);
    else this.#muted.delete(kind);
    this.#tell('changed');
  }

  async useDevice(kind: MediaKind): Promise<void> {
    if (this.isStopped) return;
    const track = fakeTrack(kind);
    for (const before of this.tracks) if (before.kind === kind) before.stop();
    this.tracks = [...this.tracks.filter((before) => before.kind !== kind), track];
    this.#all.push(track);
    this.#tell('changed');
  }

  stopKind(kind: MediaKind): void {
    const before = this.tracks;
    this.tracks = before.filter((track) => track.kind !== kind);
    for (const track of before) if (track.kind === kind) track.stop();
    if (this.tracks.length === 0) this.stop();
    else if (this.tracks.length < before.length) this.#tell('changed');
  }

  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    for (const track of this.#all) track.stop();
    this.tracks = [];
    this.#tell('stopped');
  }

  on<Event extends keyof LocalMediaEvents>(event: Event, listener: LocalMediaEvents[Event]): () => void {
    const own = () => listener();
    this.#listeners[event].add(own);
    this.listening += 1;
    return () => {
      if (this.#listeners[event].delete(own)) this.listening -= 1;
    };
  }

  #tell(event: keyof LocalMediaEvents): void {
    for (const listener of [...this.#listeners[event]]) listener();
  }
}
