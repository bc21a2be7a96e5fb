import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { type HttpServer, startHttpServer } from './aws-json-server.ts';

export interface WebPage {
  /** 0 takes a free one. */
  readonly port: number;
  /** What `npm run build:web` or `buildPage` wrote. Undefined: there is no page, and whoever asks for it is told so. */
  readonly directory: string | undefined;
  /** Asked at each request, because the addresses of a run are not known before all of it is up. */
  readonly readSite: () => Site;
}

export interface Site {
  /** Answers `/config.json`. */
  readonly config: object;
  /** Of every answer. */
  readonly headers: Readonly<Record<string, string>>;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** Serves the built page and its configuration, with the caching and the headers that it has on CloudFront. */
export function startWebPage({ port, directory, readSite }: WebPage): Promise<HttpServer> {
  return startHttpServer(port, async (request, response) => {
    const { config, headers } = readSite();
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const name = fileNameOf(request);
    if (request.method !== 'GET' && request.method !== 'HEAD') refuse(response, 405, 'Only GET and HEAD are answered');
    else if (name === 'config.json') answer(request, response, { name, content: JSON.stringify(config) });
    else if (directory === undefined) refuse(response, 404, 'This run has no page: `npm start` builds and serves one');
    else {
      const content = await readIfThere(path.join(directory, name));
      if (content === undefined) refuse(response, 404, 'Not found');
      else answer(request, response, { name, content });
    }
  });
}

interface NamedContent {
  readonly name: string;
  readonly content: string | Buffer;
}

function answer(request: IncomingMessage, response: ServerResponse, { name, content }: NamedContent): void {
  response.writeHead(200, {
    'content-type': CONTENT_TYPES[path.extname(name)] ?? 'application/octet-stream',
    'content-length': Buffer.byteLength(content),
    // What lies in assets/ is named after its content.
    'cache-control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  response.end(request.method === 'HEAD' ? undefined : content);
}

/** Relative to the directory, and never outside of it: URL resolves every `..`, and nothing is decoded after that. */
function fileNameOf({ url = '/' }: IncomingMessage): string {
  const { pathname } = new URL(url, 'http://page.invalid');
  return pathname === '/' ? 'index.html' : pathname.slice(1);
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(code)) return undefined;
    throw error;
  }
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}
