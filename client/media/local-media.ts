import type { MediaKind } from '../transport/transport.ts';

/** Camera and microphone, or a screen: what can be previewed, and published by a session. */
export interface LocalMedia {
  readonly source: 'camera' | 'screen';
  /** For the `srcObject` of a preview. The same object for the life of the media; its tracks change with the devices. */
  readonly stream: MediaStream;
  /** One of a kind at most. */
  readonly tracks: readonly MediaStreamTrack[];
  isMuted(kind: MediaKind): boolean;
  /** Muted: silence, or black. The device stays open, so that it is back at once. */
  setMuted(kind: MediaKind, muted: boolean): void;
  /**
   * Goes on with another device. The present one goes on if that fails.
   *
   * @throws MediaError
   */
  useDevice(kind: MediaKind, deviceId: string): Promise<void>;
  /** Turns one device off; `useDevice` opens it again. The last one: the same as `stop`. */
  stopKind(kind: MediaKind): void;
  /** Turns the devices off. For good: open anew to go on. */
  stop(): void;
  readonly isStopped: boolean;
  /** Answers how not to listen any more. */
  on<Event extends keyof LocalMediaEvents>(event: Event, listener: LocalMediaEvents[Event]): () => void;
}

export interface LocalMediaEvents {
  /** Another device or one less, or muted, or not any more. */
  readonly changed: () => void;
  /** Stopped: by `stop`, or by the last track's end (unplugged, sharing ended by the browser's own button). */
  readonly stopped: () => void;
}
