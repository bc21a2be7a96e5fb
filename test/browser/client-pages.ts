import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Page } from 'playwright-core';
import { launchBrowser, until } from './pages.ts';

/** What a participant's transport told, and what its page shows. */
export interface Seen {
  readonly participants: readonly {
    readonly id: string;
    readonly userId: string;
    readonly isPublishing: boolean;
    readonly audioMuted: boolean;
    readonly videoMuted: boolean;
  }[];
  /** Kinds by participant. */
  readonly tracks: Readonly<Record<string, readonly string[]>>;
  readonly ended: string | null;
  readonly publishFailures: readonly string[];
  /** How often tracks came or went. */
  readonly changes: number;
}

interface Shown extends Seen {
  readonly frames: number;
  /** The loudest sample so far; full scale is 1. */
  readonly loudest: number;
  readonly openPeers: number;
  readonly madePeers: number;
  /** Received and own. */
  readonly liveTracks: number;
}

type Kind = 'audio' | 'video';

/** Actions resolve with `done`, or with the code of their TransportError. */
export interface PageScript {
  connect(token: string, by?: 'emulator' | 'ivs'): Promise<string>;
  publish(): Promise<string>;
  changeCamera(): Promise<string>;
  unpublish(): Promise<string>;
  setMuted(kind: Kind, muted: boolean): Promise<void>;
  exchange(token: string): Promise<string>;
  subscribeTo(kinds: readonly Kind[]): Promise<void>;
  leave(): Promise<void>;
  seen(): Promise<Shown>;
}

declare const participant: PageScript;

export interface ClientPage extends PageScript {
  /** Resolves once what is seen holds; fails after 20 s. */
  sees(holds: (shown: Shown) => boolean): Promise<Shown>;
  /** What the page asked of others than this machine, which they did not get to hear. */
  readonly strangers: readonly string[];
}

export interface ClientPages {
  /** In a browser of its own: a tab that is not in front would get two frames a second. */
  open(): Promise<ClientPage>;
  close(): Promise<void>;
}

/** Serves pages with the client in them, as a bundler makes it of a customer's page. */
export async function serveClientPages(emulatorUrl: string): Promise<ClientPages> {
  const files = await bundle();
  const server = createServer((request, response) => {
    const file = files.get(new URL(request.url ?? '/', 'http://page').pathname);
    const type = file === undefined ? 'text/html' : 'text/javascript';
    response.setHeader('content-type', type).end(file ?? html);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/?emulator=${encodeURIComponent(emulatorUrl)}`;
  const closers: (() => Promise<void>)[] = [];

  return {
    async open() {
      const browser = await launchBrowser();
      closers.push(() => browser.close());
      const page = await (await chromium.connect(browser.wsEndpoint())).newPage();
      const strangers: string[] = [];
      await page.route(isStrange, (route) => {
        strangers.push(route.request().url());
        return route.abort();
      });
      await page.goto(url);
      await page.waitForFunction('window.participant');
      return { ...scriptOf(page), strangers };
    },
    async close() {
      await Promise.all(closers.splice(0).map((close) => close()));
      server.close();
      server.closeAllConnections();
    },
  };
}

const isStrange = ({ hostname, protocol }: URL) => protocol.startsWith('http') && hostname !== '127.0.0.1';

const html = `<!doctype html><meta charset="utf-8"><title>A participant</title><link rel="icon" href="data:,">
<body><script type="module" src="/participant-page.js"></script>`;

async function bundle(): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../client/transport/participant-page.ts', import.meta.url))],
    bundle: true,
    splitting: true,
    format: 'esm',
    conditions: ['@stagedoor/source'],
    outdir: '/',
    write: false,
    logLevel: 'error',
  });
  return new Map(outputFiles.map(({ path, contents }) => [path, contents]));
}

function scriptOf(page: Page): Omit<ClientPage, 'strangers'> {
  const seen = () => page.evaluate(() => participant.seen());
  return {
    connect: (token, by) => page.evaluate(([own, which]) => participant.connect(own, which), [token, by] as const),
    publish: () => page.evaluate(() => participant.publish()),
    changeCamera: () => page.evaluate(() => participant.changeCamera()),
    unpublish: () => page.evaluate(() => participant.unpublish()),
    setMuted: (kind, muted) => page.evaluate(([of, is]) => participant.setMuted(of, is), [kind, muted] as const),
    exchange: (token) => page.evaluate((next) => participant.exchange(next), token),
    subscribeTo: (kinds) => page.evaluate((wanted) => participant.subscribeTo(wanted), kinds),
    leave: () => page.evaluate(() => participant.leave()),
    seen,
    sees: (holds) => until(seen, holds),
  };
}
