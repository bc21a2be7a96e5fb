import { join } from 'node:path';
import { type BrowserContextOptions, type BrowserServer, chromium, type Page } from 'playwright-core';
import type { LocalCloudOptions } from '../../local/cloud/index.ts';
import { type LocalSystem, startLocalSystem } from '../support/local-system.ts';
import { type Devices, launchBrowser } from './pages.ts';

export interface PageOptions extends BrowserContextOptions {
  /** Default `fake`. */
  readonly devices?: Devices;
}

/** The local run with media and the built page, and people in front of it. */
export interface RunningStagedoor extends LocalSystem {
  /** The web page, in a browser of its own: a tab that is not in front would get two frames a second. */
  openPage(path?: string, options?: PageOptions): Promise<Page>;
  /** With SIGKILL, so that the page has no chance to say goodbye. */
  killBrowserOf(page: Page): Promise<void>;
  /** What pages said on their console as an error, refusals by the Content-Security-Policy among them, and what they threw. */
  readonly complaints: readonly string[];
}

/** For a test of `npm run test:browser`, whose global set-up has synthesized and built. Quotas of IVS are off by default. */
export async function runStagedoor(options: Partial<LocalCloudOptions> = {}): Promise<RunningStagedoor> {
  const complaints: string[] = [];
  const closers: (() => Promise<void>)[] = [];
  const servers = new Map<Page, BrowserServer>();
  const system = await startLocalSystem({ pageDirectory: pageDirectory(), media: true, ivsQuotas: 'off', ...options });
  return {
    ...system,
    complaints,
    async openPage(path = '', { devices, ...contextOptions } = {}) {
      const server = await launchBrowser(devices);
      closers.push(() => server.close());
      const browser = await chromium.connect(server.wsEndpoint());
      const context = await browser.newContext(contextOptions);
      await context.addInitScript({ path: join(import.meta.dirname, 'page-sounds.js') });
      const page = await context.newPage();
      servers.set(page, server);
      listen(page, complaints);
      await page.goto(new URL(path, system.cloud.webUrl).href);
      return page;
    },
    async killBrowserOf(page) {
      await servers.get(page)?.kill();
    },
    async close() {
      await Promise.all(closers.splice(0).map((close) => close()));
      await system.close();
    },
  };
}

function pageDirectory(): string {
  const directory = process.env.STAGEDOOR_TEST_PAGE;
  if (!directory) throw new Error('this test belongs to `npm run test:browser`, which builds the page first');
  return directory;
}

function listen(page: Page, complaints: string[]): void {
  page.on('console', (message) => {
    // Of a request that failed, the text alone does not tell which.
    if (message.type() === 'error') complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
}
