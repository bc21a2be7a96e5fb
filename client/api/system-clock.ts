import type { Clock } from './stagedoor-api.ts';

/** Of a timer: a longer one would be over at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  delay: (delayMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const onTime = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const timer = setTimeout(onTime, Math.min(delayMs, LONGEST_DELAY_MS));
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};
