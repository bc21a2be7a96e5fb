export interface Bar {
  readonly what: string;
  readonly measured: string;
  readonly bar: string;
  readonly holds: boolean;
}

/** Prints what was measured against what was wanted; the process ends with 1 if a bar does not hold. */
export function reportBars(bars: readonly Bar[]): void {
  console.table(bars.map(({ what, measured, bar, holds }) => ({ what, measured, bar, holds: holds ? 'yes' : 'NO' })));
  if (bars.some(({ holds }) => !holds)) process.exitCode = 1;
}

/** The smallest value that so many of all values (0 to 1) are not above. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
