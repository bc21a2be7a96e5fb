import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Loaded<Value> {
  /** Undefined until it is there; kept while it is loaded anew, also when that fails. */
  readonly value: Value | undefined;
  readonly error: unknown;
  reload(): Promise<void>;
}

/** Loads when the view is shown. What comes after it has gone, or after a later load, counts for nothing. */
export function useLoaded<Value>(load: (signal: AbortSignal) => Promise<Value>): Loaded<Value> {
  const [{ value, error }, setLoaded] = useState<{ value: Value | undefined; error: unknown }>(NOTHING);
  const latest = useRef(load);
  latest.current = load;
  const aborting = useRef(new AbortController());

  const reload = useCallback(async () => {
    aborting.current.abort();
    aborting.current = new AbortController();
    const { signal } = aborting.current;
    try {
      const next = await latest.current(signal);
      if (!signal.aborted) setLoaded({ value: next, error: null });
    } catch (cause) {
      if (!signal.aborted) setLoaded((before) => ({ value: before.value, error: cause }));
    }
  }, []);
  useEffect(() => {
    void reload();
    return () => aborting.current.abort();
  }, [reload]);
  return { value, error, reload };
}

const NOTHING = { value: undefined, error: null } as const;
