const FIRST_CEILING_MS = 300;
const LAST_CEILING_MS = 10_000;
/** Keeps unlucky jitter from trying again and again in no time. */
const SHORTEST_MS = 50;

/** Full jitter below a ceiling that doubles: many who lost one network at once do not come back at once. */
export function reconnectDelayMs(attempt: number, random: () => number): number {
  const ceilingMs = Math.min(LAST_CEILING_MS, FIRST_CEILING_MS * 2 ** (attempt - 1));
  return Math.max(SHORTEST_MS, random() * ceilingMs);
}
