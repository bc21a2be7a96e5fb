import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** Browsers refuse sound until somebody has clicked on the page. */
export interface Sound {
  readonly isBlocked: boolean;
  /** Plays a track until the answered function is called. */
  play(track: MediaStreamTrack): () => void;
  /** To be called by a click: plays all that was refused. */
  turnOn(): void;
}

export function useSound(): Sound {
  const [isBlocked, setBlocked] = useState(false);
  const refused = useRef(new Set<HTMLAudioElement>());
  const tell = useCallback(() => setBlocked(refused.current.size > 0), []);

  const start = useCallback(
    async (audio: HTMLAudioElement) => {
      try {
        await audio.play();
      } catch (error) {
        // AbortError: it was stopped before it began.
        if (error instanceof DOMException && error.name === 'NotAllowedError') refused.current.add(audio);
      }
      tell();
    },
    [tell],
  );

  const play = useCallback(
    (track: MediaStreamTrack) => {
      const audio = new Audio();
      audio.srcObject = new MediaStream([track]);
      void start(audio);
      return () => {
        audio.pause();
        audio.srcObject = null;
        refused.current.delete(audio);
        tell();
      };
    },
    [start, tell],
  );

  const turnOn = useCallback(() => {
    const waiting = [...refused.current];
    refused.current.clear();
    for (const audio of waiting) void start(audio);
  }, [start]);

  return { isBlocked, play, turnOn };
}

/** Plays it while it is shown. */
export function usePlayed(track: MediaStreamTrack | null, { play }: Sound): void {
  useEffect(() => (track === null ? undefined : play(track)), [track, play]);
}
