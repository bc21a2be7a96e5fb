import { join } from 'node:path';
import type { Page } from 'playwright-core';

const DIRECTORY = join(import.meta.dirname, '../../screenshots');

/** For whoever looks through what the tests saw: `screenshots/<name>.png`, which CI keeps. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(DIRECTORY, `${name}.png`), fullPage: true, animations: 'disabled' });
}
