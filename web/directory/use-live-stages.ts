import type { StagedoorApi, StageSummary } from '@stagedoor/client';
import { useState } from 'preact/hooks';
import { usePolling } from '../parts/use-polling.ts';
import { useSignedIn } from '../signed-in.ts';

const REFRESH_EVERY_MS = 10_000;
const STAGES_A_PAGE = 20;

export interface LiveStages {
  /** Undefined until they are known. */
  readonly stages: readonly StageSummary[] | undefined;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  /** Of the last refresh: the stages are those of before then. */
  readonly error: unknown;
  reload(): void;
  showMore(): void;
}

interface Loaded {
  readonly stages: readonly StageSummary[];
  readonly pages: number;
  readonly hasMore: boolean;
}

/** Kept up to date while the page is to be seen. */
export function useLiveStages(): LiveStages {
  const { api } = useSignedIn();
  const [wantedPages, setWantedPages] = useState(1);
  const [loaded, setLoaded] = useState<Loaded | undefined>(undefined);
  const [error, setError] = useState<unknown>(null);
  const reload = usePolling(true, REFRESH_EVERY_MS, async (signal) => {
    try {
      setLoaded(await loadPages(api, wantedPages, signal));
      setError(null);
    } catch (cause) {
      if (!signal.aborted) setError(cause);
    }
  });
  const showMore = () => {
    setWantedPages((before) => before + 1);
    reload();
  };
  const isLoadingMore = loaded !== undefined && error === null && loaded.hasMore && loaded.pages < wantedPages;
  return { stages: loaded?.stages, hasMore: loaded?.hasMore ?? false, isLoadingMore, error, reload, showMore };
}

/** All of them anew: a stage that goes live comes first, and moves the others on. */
async function loadPages(api: StagedoorApi, pages: number, signal: AbortSignal): Promise<Loaded> {
  const stages = new Map<string, StageSummary>();
  let cursor: string | undefined;
  let turned = 0;
  do {
    const page = await api.listLiveStages({ limit: STAGES_A_PAGE, cursor, signal });
    for (const stage of page.stages) stages.set(stage.ownerId, stage);
    cursor = page.cursor;
    turned += 1;
  } while (cursor !== undefined && turned < pages);
  return { stages: [...stages.values()], pages: turned, hasMore: cursor !== undefined };
}
