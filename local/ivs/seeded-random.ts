/** Numbers from 0 up to 1, the same for the same seed (the algorithm is Mulberry32). Without a seed: other ones every time. */
export function seededRandom(seed = Math.floor(Math.random() * 2 ** 32)): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
