import { type LocalMedia, type MediaKind, openCamera } from '@stagedoor/client';
import { useCallback, useEffect, useReducer, useRef, useState } from 'preact/hooks';

/** The viewer's own camera and microphone, off until a click turns them on. */
export interface Camera {
  /** Null when off, also when a session has stopped it. */
  readonly media: LocalMedia | null;
  readonly isOpening: boolean;
  readonly error: unknown;
  /** Resolves with null when it could not; `error` tells why. */
  open(kinds: readonly MediaKind[]): Promise<LocalMedia | null>;
  close(): void;
}

/** Turns the devices off when the view goes away. */
export function useCamera(): Camera {
  const [, showAnew] = useReducer((count: number, _event?: unknown) => count + 1, 0);
  const [isOpening, setOpening] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const current = useRef<LocalMedia | null>(null);
  const isGone = useRef(false);

  const close = useCallback(() => {
    current.current?.stop();
    current.current = null;
    showAnew(null);
  }, []);

  const open = useCallback(
    async (kinds: readonly MediaKind[]) => {
      setOpening(true);
      setError(null);
      try {
        const media = await openCamera({ camera: kinds.includes('video'), microphone: kinds.includes('audio') });
        if (isGone.current) return stopLate(media);
        close();
        media.on('changed', () => showAnew(null));
        media.on('stopped', () => showAnew(null));
        current.current = media;
        return media;
      } catch (cause) {
        setError(cause);
        return null;
      } finally {
        setOpening(false);
      }
    },
    [close],
  );

  useEffect(
    () => () => {
      isGone.current = true;
      current.current?.stop();
    },
    [],
  );
  const media = current.current?.isStopped ? null : current.current;
  return { media, isOpening, error, open, close };
}

function stopLate(media: LocalMedia): null {
  media.stop();
  return null;
}
