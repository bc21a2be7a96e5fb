import { setTimeout as sleep } from 'node:timers/promises';

/** Every so many-th user has two tabs open, which sign in at the same moment. */
const TWO_TABS_EVERY = 10;

/** Lets users arrive evenly over a time; each does the same once, or twice at once. */
export function arrivals<T>(users: number, withinMs: number, arrive: (user: number) => Promise<T>): Promise<T>[] {
  return Array.from({ length: users }, (_, i) => i).flatMap((user) => {
    const tabs = user % TWO_TABS_EVERY === 0 ? 2 : 1;
    return Array.from({ length: tabs }, async () => {
      await sleep((user * withinMs) / users);
      return arrive(user);
    });
  });
}
