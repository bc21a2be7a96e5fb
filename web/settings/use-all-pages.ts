import { type Loaded, useLoaded } from '../parts/use-loaded.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly cursor?: string | undefined;
}

/** A list of which a page at a time is loaded, until no cursor is left. Such a list holds hundreds at most. */
export function useAllPages<Item>(
  loadPage: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Item>>,
): Loaded<readonly Item[]> {
  return useLoaded(async (signal) => {
    const items: Item[] = [];
    let cursor: string | undefined;
    do {
      const page = await loadPage(cursor, signal);
      items.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return items;
  });
}
