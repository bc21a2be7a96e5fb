import type { Timestamp } from '@stagedoor/client';

/** `for 1 h 5 min`. The clocks of server and browser may differ: what began in the future began just now. */
export function describeLiveTime(liveSince: Timestamp | null, nowMs: number): string {
  const minutes = liveSince === null ? 0 : Math.floor((nowMs - Date.parse(liveSince)) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `for ${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `for ${hours} h` : `for ${hours} h ${minutes % 60} min`;
}
