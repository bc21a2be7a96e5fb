import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/**
 * Polls at once and then `everyMs` after each answer, while `isOn` and the page is to be seen. Answers how to poll at once.
 * `poll` handles its own errors, but for those of the aborted signal.
 */
export function usePolling(isOn: boolean, everyMs: number, poll: (signal: AbortSignal) => Promise<void>): () => void {
  const [round, setRound] = useState(0);
  const latest = useRef(poll);
  latest.current = poll;

  useEffect(() => {
    if (!isOn) return;
    const ending = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const pollOnce = async () => {
      clearTimeout(timer);
      if (document.hidden) return;
      await latest.current(ending.signal).catch(reportUnlessAborted(ending.signal));
      clearTimeout(timer);
      if (!ending.signal.aborted) timer = setTimeout(pollOnce, everyMs);
    };
    void pollOnce();
    document.addEventListener('visibilitychange', pollOnce);
    return () => {
      document.removeEventListener('visibilitychange', pollOnce);
      clearTimeout(timer);
      ending.abort();
    };
  }, [isOn, everyMs, round]);

  return useCallback(() => setRound((before) => before + 1), []);
}

function reportUnlessAborted(signal: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (!signal.aborted) reportError(error);
  };
}
