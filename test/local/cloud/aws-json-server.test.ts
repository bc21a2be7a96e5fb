import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  type HttpServer,
  readBody,
  startAwsJsonServer,
  startHttpServer,
} from '../../../local/cloud/aws-json-server.ts';

let server: HttpServer;

afterEach(() => server.close());

const startEcho = async () => {
  server = await startAwsJsonServer({ port: 0, target: 'Echo_1', answer: async ({ input }) => input });
};

const post = (body: string, headers: Record<string, string> = { 'x-amz-target': 'Echo_1.Say' }) =>
  fetch(server.url, { method: 'POST', body, headers, signal: AbortSignal.timeout(2_000) });

describe('a local server', () => {
  it.each(['127.0.0.1:4000', 'localhost', 'LocalHost:80'])('answers whoever reaches it as %s', async (host) => {
    await startEcho();
    expect(await statusFor(host)).toBe(200);
  });

  it.each([
    'evil.example',
    'localhost.evil.example:4000',
    '127.0.0.1.evil.example',
    'evil.example#localhost',
    '[::1]:4000',
  ])('refuses %s, a name that a page may have pointed at this machine', async (host) => {
    await startEcho();
    expect(await statusFor(host)).toBe(403);
  });

  it('answers a call that it refuses before it has read the body', async () => {
    await startEcho();
    const unknown = await post('{}', {});
    expect([unknown.status, await unknown.json()]).toMatchObject([
      400,
      { message: 'POST / names no operation of Echo_1' },
    ]);
    const large = await post('x'.repeat(1_000_000), {});
    expect(large.status).toBe(400);
  });

  it('refuses a body over its limit with 413, and goes on', async () => {
    server = await startHttpServer(0, async (incoming, response) => void response.end(await readBody(incoming, 10)));
    const refused = await post('x'.repeat(11));
    expect([refused.status, await refused.json()]).toMatchObject([
      413,
      { __type: 'RequestEntityTooLargeException', message: 'The request body is larger than 10 bytes' },
    ]);
    expect(await (await post('x'.repeat(10))).text()).toBe('x'.repeat(10));
  });

  it('takes a caller who goes away while sending for no failure of its own', async () => {
    const complain = jest.spyOn(console, 'error');
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    server = await startHttpServer(0, (incoming) =>
      readBody(incoming)
        .then(() => {})
        .finally(() => setImmediate(end)),
    );
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const begun = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf';
    socket.write(begun, () => socket.destroy());
    await ended;
    expect(complain).not.toHaveBeenCalled();
    complain.mockRestore();
  });

  it('gives up on a request that does not arrive in time', async () => {
    server = await startHttpServer(0, async (incoming) => void (await readBody(incoming)), { requestTimeoutMs: 50 });
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nslow');
    expect(await text(socket)).toMatch(/^HTTP\/1.1 408 /);
  });
});

function statusFor(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { host, 'x-amz-target': 'Echo_1.Say' };
    request(server.url, { method: 'POST', headers }, (response) => resolve(response.resume().statusCode))
      .once('error', reject)
      .end('{}');
  });
}
