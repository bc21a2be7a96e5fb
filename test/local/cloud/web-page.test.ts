import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HttpServer } from '../../../local/cloud/aws-json-server.ts';
import { startWebPage } from '../../../local/cloud/web-page.ts';
import { securityHeaders } from '../../../web/security-headers.ts';

let directory: string;
let page: HttpServer;
let config: object = { apiUrl: 'of before' };

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'stagedoor-test-page-'));
  const built = join(directory, 'built');
  mkdirSync(join(built, 'assets'), { recursive: true });
  writeFileSync(join(built, 'index.html'), '<title>A page</title>');
  writeFileSync(join(built, 'assets/main-1a2b.js'), 'export {};');
  writeFileSync(join(directory, 'secret.txt'), 'not of the page');
  const headers = securityHeaders({ connectTo: ['http://127.0.0.1:4001'], https: false });
  page = await startWebPage({ port: 0, directory: built, readSite: () => ({ config, headers }) });
});
afterAll(async () => {
  await page.close();
  rmSync(directory, { recursive: true });
});

const get = (path: string) => fetch(`${page.url}${path}`);

describe('the page of a local run', () => {
  it('is asked for again each time, and what it is made of never', async () => {
    const index = await get('/');
    expect([index.status, await index.text()]).toEqual([200, '<title>A page</title>']);
    expect(index.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(index.headers.get('cache-control')).toBe('no-cache');
    const script = await get('/assets/main-1a2b.js');
    expect([script.status, await script.text()]).toEqual([200, 'export {};']);
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it('reads its configuration as it is at that moment', async () => {
    config = { apiUrl: 'http://127.0.0.1:4001' };
    const answer = await get('/config.json');
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(await answer.json()).toEqual(config);
  });

  it.each(['/', '/config.json', '/assets/main-1a2b.js', '/missing'])(
    '%s carries the security headers',
    async (path) => {
      const { headers } = await get(path);
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('content-security-policy')).toContain("connect-src 'self' http://127.0.0.1:4001;");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      // No address here is reached by HTTPS.
      expect(headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
      expect(headers.has('strict-transport-security')).toBe(false);
    },
  );

  it.each([
    '/missing',
    '/assets',
    '/assets/',
    '/index.html/x',
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
  ])('%s is not there', async (path) => {
    expect(await getAsItIs(path)).toBe(404);
  });

  it('is only for reading', async () => {
    expect((await fetch(page.url, { method: 'POST' })).status).toBe(405);
    const head = await fetch(page.url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '21']);
  });

  it('is said to be missing where none was built', async () => {
    const none = await startWebPage({ port: 0, directory: undefined, readSite: () => ({ config, headers: {} }) });
    const answer = await fetch(none.url);
    expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('npm start')]);
    expect((await fetch(`${none.url}/config.json`)).status).toBe(200);
    await none.close();
  });
});

/** `fetch` would resolve the path. */
function getAsItIs(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(page.url);
    request({ host: '127.0.0.1', port, path, agent: false }, (response) => resolve(response.resume().statusCode))
      .once('error', reject)
      .end();
  });
}
