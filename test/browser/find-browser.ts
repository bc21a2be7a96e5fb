import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'] as const;

/** The first Chromium or Chrome on the PATH. */
export function findBrowser(): string | undefined {
  const directories = (process.env.PATH ?? '').split(delimiter);
  return BROWSERS.flatMap((name) => directories.map((directory) => join(directory, name))).find(existsSync);
}
