import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export type ActionState = 'idle' | 'pending' | 'done' | 'failed';

export interface Action<Arguments extends readonly unknown[]> {
  readonly state: ActionState;
  readonly isPending: boolean;
  /** Of the last run, if that failed. */
  readonly error: unknown;
  /** Does nothing while it runs already. Resolves with whether it worked, and never rejects. */
  run(...args: Arguments): Promise<boolean>;
  /** Forgets how the last run ended. */
  reset(): void;
}

/** Something that a person starts, and is told the end of. */
export function useAction<Arguments extends readonly unknown[]>(
  act: (...args: Arguments) => Promise<unknown>,
): Action<Arguments> {
  const [{ state, error }, setOutcome] = useState<{ state: ActionState; error: unknown }>(IDLE);
  const latest = useRef(act);
  latest.current = act;
  const isRunning = useRef(false);
  const isGone = useRef(false);
  useEffect(
    () => () => {
      isGone.current = true;
    },
    [],
  );

  const run = useCallback(async (...args: Arguments) => {
    if (isRunning.current) return false;
    isRunning.current = true;
    setOutcome({ state: 'pending', error: null });
    const outcome = await latest.current(...args).then(succeed, fail);
    isRunning.current = false;
    if (!isGone.current) setOutcome(outcome);
    return outcome.state === 'done';
  }, []);
  const reset = useCallback(() => setOutcome(IDLE), []);
  return { state, isPending: state === 'pending', error, run, reset };
}

const IDLE = { state: 'idle', error: null } as const;
const succeed = () => ({ state: 'done', error: null }) as const;
const fail = (error: unknown) => ({ state: 'failed', error }) as const;
