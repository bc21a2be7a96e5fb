import type { MediaKind } from '../transport/transport.ts';
import type { LocalMedia, LocalMediaEvents } from './local-media.ts';
import { MediaError } from './media-error.ts';

/** `openDevice` opens another device in place of a track. */
export function createLocalMedia(
  source: LocalMedia['source'],
  stream: MediaStream,
  openDevice: (kind: MediaKind, deviceId: string) => Promise<MediaStreamTrack>,
): LocalMedia {
  const listeners = { changed: new Set<() => void>(), stopped: new Set<() => void>() };
  const muted = new Set<MediaKind>();
  let isStopped = false;
  let isChanging = false;
  let lastChange: Promise<unknown> = Promise.resolve();
  for (const track of stream.getTracks()) watch(track);

  function watch(track: MediaStreamTrack): void {
    track.addEventListener('ended', dropEnded);
  }

  /** Tracks of devices that went by themselves. Some phones end a camera's track as soon as another camera is opened. */
  function dropEnded(): void {
    const ended = stream.getTracks().filter(({ readyState }) => readyState === 'ended');
    if (!isChanging && !isStopped) remove(ended);
  }

  function remove(tracks: readonly MediaStreamTrack[]): void {
    if (tracks.length === 0) return;
    for (const track of tracks) {
      stream.removeTrack(track);
      track.stop();
    }
    if (stream.getTracks().length === 0) stop();
    else emit('changed');
  }

  /** One at a time, so that the device that was chosen last is the one that stays. */
  function useDevice(kind: MediaKind, deviceId: string): Promise<void> {
    const change = lastChange.then(() => changeDevice(kind, deviceId));
    lastChange = change.catch(() => {});
    return change;
  }

  async function changeDevice(kind: MediaKind, deviceId: string): Promise<void> {
    if (isStopped) throw stoppedMeanwhile();
    isChanging = true;
    try {
      put(kind, await openInPlace(kind, deviceId));
    } finally {
      isChanging = false;
      dropEnded();
    }
  }

  async function openInPlace(kind: MediaKind, deviceId: string): Promise<MediaStreamTrack> {
    const [present] = tracksOf(kind);
    try {
      return await openDevice(kind, deviceId);
    } catch (error) {
      if (present === undefined || isStopped || (error as MediaError).code !== 'device-busy') throw error;
      return openAlone(kind, deviceId, present);
    }
  }

  /** Most phones have one camera open at a time. */
  async function openAlone(kind: MediaKind, deviceId: string, present: MediaStreamTrack): Promise<MediaStreamTrack> {
    const { deviceId: presentId = '' } = present.getSettings();
    present.stop();
    try {
      return await openDevice(kind, deviceId);
    } catch (error) {
      put(kind, await openDevice(kind, presentId));
      throw error;
    }
  }

  function put(kind: MediaKind, track: MediaStreamTrack): void {
    if (isStopped) {
      track.stop();
      throw stoppedMeanwhile();
    }
    track.enabled = !muted.has(kind);
    for (const previous of tracksOf(kind)) {
      stream.removeTrack(previous);
      previous.stop();
    }
    stream.addTrack(track);
    watch(track);
    emit('changed');
  }

  function setMuted(kind: MediaKind, shallMute: boolean): void {
    if (isStopped || muted.has(kind) === shallMute) return;
    if (shallMute) muted.add(kind);
    else muted.delete(kind);
    for (const track of tracksOf(kind)) track.enabled = !shallMute;
    emit('changed');
  }

  function stop(): void {
    if (isStopped) return;
    isStopped = true;
    for (const track of stream.getTracks()) {
      stream.removeTrack(track);
      track.stop();
    }
    emit('stopped');
    for (const each of Object.values(listeners)) each.clear();
  }

  function tracksOf(kind: MediaKind): MediaStreamTrack[] {
    return stream.getTracks().filter((track) => track.kind === kind);
  }

  function emit(event: keyof LocalMediaEvents): void {
    for (const listener of [...listeners[event]]) listener();
  }

  return {
    source,
    stream,
    get tracks() {
      return stream.getTracks();
    },
    isMuted: (kind) => muted.has(kind),
    setMuted,
    useDevice,
    stopKind: (kind) => remove(tracksOf(kind)),
    stop,
    get isStopped() {
      return isStopped;
    },
    on(event, listener) {
      listeners[event].add(listener);
      return () => listeners[event].delete(listener);
    },
  };
}

const stoppedMeanwhile = () => new MediaError('cancelled', 'The media is stopped');
