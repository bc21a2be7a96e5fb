interface Limits {
  readonly rateLimit: number;
  readonly burstLimit: number;
}

/** A token bucket: answers whether one more request may pass now. */
export function createThrottle({ rateLimit, burstLimit }: Limits, now: () => number): () => boolean {
  let tokens = burstLimit;
  let filledAt = now();
  return () => {
    const at = now();
    tokens = Math.min(burstLimit, tokens + ((at - filledAt) / 1_000) * rateLimit);
    filledAt = at;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
