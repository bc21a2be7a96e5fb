import { join } from 'node:path';
import type { Person } from './person.ts';

/** What a page has been given of camera and microphone. */
export interface WatchedDevices {
  /** Kinds of the tracks that are on, sorted. */
  on(): Promise<readonly string[]>;
  /** How often the browser has given something since `keepAsking`. */
  timesGiven(): Promise<number>;
  /** From now on, the question whether the page may use them stays open. */
  keepAsking(): Promise<void>;
  /** Answers with yes, now and from now on. */
  allow(): Promise<void>;
}

/** Reloads the page. */
export async function watchDevices({ page }: Person): Promise<WatchedDevices> {
  await page.addInitScript({ path: join(import.meta.dirname, 'page-devices.js') });
  await page.reload();
  return {
    on: () => page.evaluate('pageDevices.on()'),
    timesGiven: () => page.evaluate('pageDevices.timesGiven()'),
    keepAsking: () => page.evaluate('pageDevices.keepAsking()'),
    allow: () => page.evaluate('pageDevices.allow()'),
  };
}
