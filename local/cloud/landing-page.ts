import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type HttpServer, startHttpServer } from './aws-json-server.ts';
import { DEMO_PASSWORD, DEMO_USERS } from './demo-users.ts';

/** Serves the page that shows the addresses of the run and tries it out. The outputs are read at each request. */
export function startLandingPage(port: number, outputs: () => Readonly<Record<string, string>>): Promise<HttpServer> {
  const page = readFileSync(path.join(import.meta.dirname, 'landing-page.html'), 'utf8');
  return startHttpServer(port, async (request, response) => {
    if (request.url !== '/') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
      return;
    }
    const run = { outputs: outputs(), users: DEMO_USERS.map(({ userName }) => userName), password: DEMO_PASSWORD };
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    // The only character that could end the script element.
    response.end(page.replace('>null<', () => `>${JSON.stringify(run).replaceAll('<', '\\u003c')}<`));
  });
}
