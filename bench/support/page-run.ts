import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContextOptions, type BrowserServer, chromium } from 'playwright-core';
import { buildPage, type LocalCloud, startLocalCloud, synthesize } from '../../local/cloud/index.ts';
import { launchBrowser } from '../../test/browser/pages.ts';
import { openPerson, type Person } from '../../test/browser/person.ts';

/** Somebody before the page, who has signed in. Moments are in milliseconds of the machine's clock. */
export interface TimedPerson extends Person {
  /** The last click. */
  clickedAt(): Promise<number>;
  /** When a frame of this participant is shown first; after that, at once. */
  frameAt(name: string): Promise<number>;
  /** The same for the picture after the present one. */
  nextFrameAt(name: string): Promise<number>;
  tileGoneAt(name: string): Promise<number>;
  buttonAt(name: string): Promise<number>;
  /** With SIGKILL, so that the page has no chance to say goodbye. */
  kill(): Promise<void>;
  goAway(): Promise<void>;
}

/** The local run with media and the built page, and people in front of it. */
export interface PageRun {
  readonly cloud: LocalCloud;
  /** In a browser of their own. */
  enter(userName: string, options?: EnterOptions): Promise<TimedPerson>;
  close(): Promise<void>;
}

export interface EnterOptions extends BrowserContextOptions {
  /** Instead of the emulator's own address. Default: that. */
  readonly ivsEndpoint?: string;
  /** Colours of `drawn-camera.js`. Default: the browser's fake camera. */
  readonly drawnAs?: object;
}

export async function startPageRun(): Promise<PageRun> {
  const directory = mkdtempSync(join(tmpdir(), 'stagedoor-bench-'));
  const [assemblyDirectory, pageDirectory] = [join(directory, 'assembly'), join(directory, 'page')];
  const browsers = new Set<BrowserServer>();
  let cloud: LocalCloud | undefined;
  const close = async () => {
    await Promise.all([...browsers].map((browser) => browser.close()));
    await cloud?.close();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await synthesize(assemblyDirectory);
    await buildPage(pageDirectory);
    const options = { assemblyDirectory, pageDirectory, media: true, ivsQuotas: 'off', log: () => {} } as const;
    cloud = await startLocalCloud(options);
    const { webUrl } = cloud;
    return {
      cloud,
      async enter(userName, options) {
        const browser = await launchBrowser();
        browsers.add(browser);
        browser.on('close', () => browsers.delete(browser));
        const person = await openAt(webUrl, browser, options);
        await person.signIn(userName);
        return person;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openAt(webUrl: string, browser: BrowserServer, options: EnterOptions = {}): Promise<TimedPerson> {
  const { ivsEndpoint, drawnAs, ...contextOptions } = options;
  const connected = await chromium.connect(browser.wsEndpoint());
  const openPage = async (path = '', pageOptions: BrowserContextOptions = {}) => {
    // The page's policy knows the emulator by its own address only.
    const page = await connected.newPage({ ...pageOptions, bypassCSP: ivsEndpoint !== undefined });
    await page.addInitScript({ path: join(import.meta.dirname, 'page-times.js') });
    if (drawnAs !== undefined) {
      await page.addInitScript(`globalThis.drawnPerson = ${JSON.stringify(drawnAs)}`);
      await page.addInitScript({ path: join(import.meta.dirname, 'drawn-camera.js') });
    }
    if (ivsEndpoint !== undefined) {
      await page.route('**/config.json', async (route) => {
        const response = await route.fetch();
        const config = await response.json();
        await route.fulfill({ response, json: { ...config, local: { ...config.local, ivsEndpoint } } });
      });
    }
    await page.goto(new URL(path, webUrl).href);
    return page;
  };
  const person = await openPerson({ openPage }, contextOptions);
  const ask = (question: string, name: string) =>
    person.page.evaluate<number>(`pageTimes.${question}(${JSON.stringify(name)})`);
  return {
    ...person,
    clickedAt: () => person.page.evaluate<number>('pageTimes.clicked()'),
    frameAt: (name) => ask('frame', name),
    nextFrameAt: (name) => ask('nextFrame', name),
    tileGoneAt: (name) => ask('noTile', name),
    buttonAt: (name) => ask('button', name),
    kill: () => browser.kill(),
    goAway: () => browser.close(),
  };
}
