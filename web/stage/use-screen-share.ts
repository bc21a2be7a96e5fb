import type { FailureReason, StageSession } from '@stagedoor/client';
import { useCallback, useReducer, useState } from 'preact/hooks';

export interface ScreenShare {
  /** Null while no screen is shared. */
  readonly session: StageSession | null;
  readonly isOpening: boolean;
  /** Why it did not begin. */
  readonly error: unknown;
  /** Why it ended, if that was a failure. */
  readonly failure: FailureReason | null;
  start(session: StageSession): Promise<void>;
  stop(): void;
}

/** Ends with the session that it belongs to, by itself. */
export function useScreenShare(): ScreenShare {
  const [, showAnew] = useReducer((count: number, _event: unknown) => count + 1, 0);
  const [share, setShare] = useState<StageSession | null>(null);
  const [isOpening, setOpening] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const start = useCallback(async (session: StageSession) => {
    setOpening(true);
    setError(null);
    try {
      const opened = await session.shareScreen();
      opened.on('state', showAnew);
      opened.on('published', showAnew);
      setShare(opened);
    } catch (cause) {
      if (!isChangeOfMind(cause)) setError(cause);
    } finally {
      setOpening(false);
    }
  }, []);

  const stop = useCallback(() => void share?.leave(), [share]);
  const isOver = share === null || share.state.name === 'left' || share.state.name === 'failed';
  return { session: isOver ? null : share, isOpening, error, failure: failureOf(share), start, stop };
}

/** Closing the browser's choice of screens is no failure. */
function isChangeOfMind(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'cancelled';
}

function failureOf(share: StageSession | null): FailureReason | null {
  return share?.state.name === 'failed' ? share.state.reason : null;
}
