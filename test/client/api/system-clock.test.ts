import { expect, it } from '@jest/globals';
import { systemClock } from '../../../client/api/system-clock.ts';

it('waits', async () => {
  const startedAtMs = systemClock.now();
  await systemClock.delay(20);
  // Timers may be a millisecond early.
  expect(systemClock.now() - startedAtMs).toBeGreaterThanOrEqual(19);
});

it('does not take the longest of waits for none', async () => {
  const leaving = new AbortController();
  const wait = systemClock.delay(2 ** 31, leaving.signal).then(() => 'over');
  expect(await Promise.race([wait, systemClock.delay(20)])).toBeUndefined();
  leaving.abort('left');
  await expect(wait).rejects.toBe('left');
});

it("ends a wait with the signal's reason, and begins none after it", async () => {
  const leaving = new AbortController();
  const wait = systemClock.delay(60_000, leaving.signal);
  leaving.abort('left');
  await expect(wait).rejects.toBe('left');
  await expect(systemClock.delay(0, leaving.signal)).rejects.toBe('left');
});
