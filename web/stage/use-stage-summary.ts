import type { StageSummary, UserId } from '@stagedoor/client';
import { useCallback, useState } from 'preact/hooks';
import { usePolling } from '../parts/use-polling.ts';
import { useSignedIn } from '../signed-in.ts';

export interface KnownStage {
  /** Null until it is known. */
  readonly summary: StageSummary | null;
  /** Why it was not known the last time. */
  readonly error: unknown;
  forgetSummary(): void;
  refresh(): void;
}

const pollMs = 5000;

/** Asks until somebody may join: a session asks by itself. */
export function useStageSummary(ownerId: UserId, isAsking: boolean): KnownStage {
  const { api } = useSignedIn();
  const [{ summary, error }, setKnown] = useState<Pick<KnownStage, 'summary' | 'error'>>(nothing);
  const refresh = usePolling(isAsking, pollMs, async (signal) => {
    try {
      setKnown({ summary: await api.getStage(ownerId, { signal }), error: null });
    } catch (cause) {
      if (!signal.aborted) setKnown({ summary: null, error: cause });
    }
  });
  const forgetSummary = useCallback(() => setKnown(nothing), []);
  return { summary, error, forgetSummary, refresh };
}

const nothing = { summary: null, error: null } as const;
