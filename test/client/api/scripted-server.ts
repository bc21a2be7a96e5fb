import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ErrorCode } from '../../../contract/errors.ts';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** `lost`: the request arrives and the connection breaks. `never`: nothing comes, until the client hangs up. */
export type Scripted = ScriptedAnswer | 'lost' | 'never' | 'half';

/** Answers requests in their order as the script says, and 500 when it is over. */
export class ScriptedServer {
  readonly received: Received[] = [];
  readonly hungUp: string[] = [];
  readonly #script: Scripted[] = [];
  readonly #http = createServer((request, response) => void this.#answer(request, response));

  static async start(): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    server.#http.listen(0, '127.0.0.1');
    await once(server.#http, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  script(...answers: readonly Scripted[]): void {
    this.received.length = 0;
    this.hungUp.length = 0;
    this.#script.splice(0, Number.POSITIVE_INFINITY, ...answers);
  }

  async close(): Promise<void> {
    this.#http.close();
    this.#http.closeAllConnections();
    await once(this.#http, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const body = await text(request);
    const { authorization, 'content-type': contentType } = headers;
    this.received.push({ method, url, authorization, contentType, body });
    const answer = this.#script.shift() ?? { status: 500, body: { message: 'the script is over' } };
    if (answer === 'lost') request.socket.destroy();
    else if (answer === 'never') request.socket.once('close', () => this.hungUp.push(url));
    else if (answer === 'half') {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"token":"secret-');
      setImmediate(() => request.socket.destroy());
    } else write(response, answer);
  }
}

function write(response: ServerResponse, { status, headers, body }: ScriptedAnswer): void {
  response.writeHead(status, { ...headers });
  if (status === 204) response.end();
  else response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
}

/** As Stagedoor words a refusal. */
export const problem = (status: number, code: ErrorCode, retryAfter?: number): ScriptedAnswer => ({
  status,
  headers: {
    'content-type': 'application/problem+json',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  },
  body: {
    type: `urn:stagedoor:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title: 'Refused',
    status,
    detail: `because of ${code}`,
    code,
    requestId: 'request-1',
  },
});

/** As API Gateway words one. */
export const gatewayRefusal = (status: number): ScriptedAnswer => ({ status, body: { message: 'Sorry' } });
