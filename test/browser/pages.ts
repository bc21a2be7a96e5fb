import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type BrowserServer, chromium, type Page } from 'playwright-core';
import { BROWSERS, findBrowser } from './find-browser.ts';

export interface NewsEvent {
  readonly event: string;
  readonly atMs: number;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Refused {
  readonly status: number;
  readonly code?: string;
}

export interface Received {
  readonly framesDecoded: number;
  readonly audioPackets: number;
  readonly packetsLost: number;
  /** The loudest sample so far; full scale is 1. */
  readonly loudest: number;
  readonly lastFrameAtMs: number;
  readonly width?: number;
}

/** What page.html offers. */
interface ParticipantScript {
  readonly events: NewsEvent[];
  join(token: string): Promise<Refused & { readonly welcome?: unknown }>;
  publish(token: string): Promise<Refused & { readonly session: string }>;
  view(token: string, publisherId: string): Promise<Refused & { readonly session: string; firstFrameMs: number }>;
  received(): Promise<Received>;
  end(session: string, token: string): Promise<number>;
}

declare const participant: ParticipantScript;

/** A participant in a browser of its own: a tab that is not in front would get two frames a second. */
export interface Participant extends Omit<ParticipantScript, 'events'> {
  events(): Promise<NewsEvent[]>;
  /** Resolves with the latest event of this name, once there is one; fails after 20 s. */
  event(name: string): Promise<NewsEvent>;
  /** Resolves once as much arrived; fails after 20 s. */
  receives(atLeast: Partial<Received>): Promise<Received>;
  /** Resolves once no frame has arrived for half a second; fails after 20 s. */
  framesStop(): Promise<void>;
  /** With SIGKILL, so that the page has no chance to say goodbye. */
  kill(): Promise<void>;
}

export interface Pages {
  openParticipant(): Promise<Participant>;
  /** Closes their browsers. */
  closeParticipants(): Promise<void>;
  close(): Promise<void>;
}

/** Serves the page, and opens it for an emulator. The page's origin is not the emulator's, as in real life. */
export async function servePages(emulatorUrl: string): Promise<Pages> {
  const html = readFileSync(new URL('./page.html', import.meta.url));
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end(html);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/?emulator=${encodeURIComponent(emulatorUrl)}`;
  const browsers: BrowserServer[] = [];
  const closeParticipants = async () => {
    await Promise.all(browsers.splice(0).map((browser) => browser.close()));
  };

  return {
    async openParticipant() {
      const browser = await launchBrowser();
      browsers.push(browser);
      const page = await (await chromium.connect(browser.wsEndpoint())).newPage();
      await page.goto(url);
      await page.waitForFunction('window.participant');
      return participantOn(page, () => browser.kill());
    },
    closeParticipants,
    async close() {
      await closeParticipants();
      server.close();
      server.closeAllConnections();
    },
  };
}

function requireBrowser(): string {
  const browser = findBrowser();
  if (browser === undefined) throw new Error(`None of ${BROWSERS.join(', ')} is on the PATH`);
  return browser;
}

/** Cameras and microphones: several fake ones, a microphone alone, or none that the user would allow. */
export type Devices = 'fake' | 'no-camera' | 'refused';

const FLAGS_OF_DEVICES: Readonly<Record<Devices, readonly string[]>> = {
  fake: ['--use-fake-device-for-media-stream=device-count=3', '--use-fake-ui-for-media-stream'],
  'no-camera': ['--use-fake-device-for-media-stream=device-count=0', '--use-fake-ui-for-media-stream'],
  refused: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream=deny'],
};

/**
 * Loopback candidates are off by default, and the only ones on a machine without a network. Of the three cameras, the second
 * one measures depth: browsers show it, and send no frame of it.
 */
export function launchBrowser(devices: Devices = 'fake'): Promise<BrowserServer> {
  return chromium.launchServer({
    executablePath: requireBrowser(),
    args: [
      '--no-sandbox',
      '--allow-loopback-in-peer-connection',
      ...FLAGS_OF_DEVICES[devices],
      '--autoplay-policy=no-user-gesture-required',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

function participantOn(page: Page, kill: () => Promise<void>): Participant {
  const received = () => page.evaluate(() => participant.received());
  return {
    join: (token) => page.evaluate((own) => participant.join(own), token),
    publish: (token) => page.evaluate((own) => participant.publish(own), token),
    view: (token, publisherId) =>
      page.evaluate(([own, other]) => participant.view(own, other), [token, publisherId] as const),
    received,
    end: (session, token) => page.evaluate(([url, own]) => participant.end(url, own), [session, token] as const),
    events: () => page.evaluate(() => participant.events),
    async event(name) {
      const find = (wanted: string) => participant.events.findLast(({ event }) => event === wanted);
      const found = await page.waitForFunction(find, name, { timeout: limitMs, polling: 20 });
      return (await found.jsonValue()) as NewsEvent;
    },
    receives: (atLeast) => until(received, (counts) => reaches(counts, atLeast)),
    async framesStop() {
      let before = await received();
      await until(
        async () => {
          await delay(500);
          const now = await received();
          const hasStopped = now.framesDecoded === before.framesDecoded;
          before = now;
          return hasStopped;
        },
        (hasStopped) => hasStopped,
      );
    },
    kill,
  };
}

const limitMs = 20_000;

function reaches(counts: Received, atLeast: Partial<Received>): boolean {
  const wanted = Object.entries(atLeast) as [keyof Received, number][];
  return wanted.every(([name, least]) => (counts[name] ?? 0) >= least);
}

/** Reads until what was read holds. */
export async function until<Value>(
  read: () => Promise<Value>,
  holds: (value: Value) => boolean,
  withinMs = limitMs,
): Promise<Value> {
  const giveUpAtMs = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (Date.now() > giveUpAtMs) throw new Error(`not within ${withinMs} ms; last was ${JSON.stringify(value)}`);
    await delay(50);
  }
}
