import { type LocalMedia, type MediaKind, openCamera } from '@stagedoor/client';
import { useCallback, useEffect, useReducer, useRef, useState } from 'preact/hooks';

/** The viewer's own camera and microphone, off until a click turns them on. */
export interface Camera {
  /** Null when off, also when a session has stopped it. */
  readonly media: LocalMedia | null;
  readonly isOpening: boolean;
  readonly error: unknown;
  /**
   * Resolves with null when it could not, which `error` tells, and when a permission comes too late. What was open before is the
   * caller's to stop.
   */
  open(kinds: readonly MediaKind[]): Promise<LocalMedia | null>;
  /** Also gives up what is being opened. */
  close(): void;
}

/** Turns the devices off when the view goes away. */
export function useCamera(): Camera {
  const [, showAnew] = useReducer((count: number, _event?: unknown) => count + 1, 0);
  const [isOpening, setOpening] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const current = useRef<LocalMedia | null>(null);
  const attempts = useRef(0);

  const close = useCallback(() => {
    attempts.current += 1;
    setOpening(false);
    if (current.current === null) return;
    current.current.stop();
    current.current = null;
    showAnew(null);
  }, []);

  const open = useCallback(async (kinds: readonly MediaKind[]) => {
    attempts.current += 1;
    const attempt = attempts.current;
    setOpening(true);
    setError(null);
    try {
      const media = await openCamera({ camera: kinds.includes('video'), microphone: kinds.includes('audio') });
      if (attempt !== attempts.current) return stopLate(media);
      media.on('changed', () => showAnew(null));
      media.on('stopped', () => showAnew(null));
      current.current = media;
      return media;
    } catch (cause) {
      if (attempt === attempts.current) setError(cause);
      return null;
    } finally {
      if (attempt === attempts.current) setOpening(false);
    }
  }, []);

  useEffect(() => close, [close]);
  const media = current.current?.isStopped ? null : current.current;
  return { media, isOpening, error, open, close };
}

function stopLate(media: LocalMedia): null {
  media.stop();
  return null;
}
