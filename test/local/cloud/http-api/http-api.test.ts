import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { type HttpServer, startHttpServer } from '../../../../local/cloud/aws-json-server.ts';
import { type HttpApiDefinition, type HttpApiOptions, startHttpApi } from '../../../../local/cloud/http-api/index.ts';
import type { InvokeResult } from '../../../../local/cloud/lambda/index.ts';

const NOW = Date.parse('2026-03-12T19:03:58.120Z');
const CLAIMS = { sub: 'user-1', client_id: 'client-1', token_use: 'access', exp: NOW / 1_000 + 60 };

let issuer: HttpServer;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let api: HttpServer;
let events: Event[] = [];

interface Event {
  readonly routeKey: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly requestContext: {
    readonly authorizer?: { readonly jwt: { readonly claims: object; readonly scopes: unknown } };
  };
}

beforeAll(async () => {
  keys = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'key-1', alg: 'RS256' };
  issuer = await startHttpServer(0, async (_request, response) => void response.end(JSON.stringify({ keys: [jwk] })));
});

afterAll(() => issuer.close());
afterEach(async () => {
  events = [];
  await api.close();
});

const route = (routeKey: string, change: object = {}) => ({
  routeKey,
  functionArn: 'arn:function',
  scopes: [],
  ...change,
});

/** Whatever the function answers is its payload; by default a 204. */
async function start(definition: Partial<HttpApiDefinition> = {}, options: Partial<HttpApiOptions> = {}) {
  const routes = definition.routes ?? [route('ANY /{path+}')];
  api = await startHttpApi({
    accountId: '000000000000',
    definition: { apiId: 'api1', rateLimit: 1_000, burstLimit: 1_000, ...definition, routes },
    invoke: async (_functionArn, event) => {
      events.push(event as Event);
      return { payload: '{"statusCode":204}' };
    },
    log: () => {},
    now: () => NOW,
    ...options,
  });
}

const answering = (answer: unknown): Partial<HttpApiOptions> => ({
  invoke: async (): Promise<InvokeResult> => ({ payload: JSON.stringify(answer) }),
});

const get = (path: string, init: RequestInit = {}) => fetch(`${api.url}${path}`, init);

function sign(claims: JWTPayload, key: Parameters<SignJWT['sign']>[0] = keys.privateKey, alg = 'RS256') {
  return new SignJWT({ iss: issuer.url, ...claims }).setProtectedHeader({ alg, kid: 'key-1' }).sign(key);
}

describe('a route with a JWT authorizer', () => {
  const startGuarded = (scopes: string[] = []) =>
    start({ routes: [route('GET /me', { authorizer: { issuer: issuer.url, audience: ['client-1'] }, scopes })] });
  const callWith = (authorization: string) => get('/me', { headers: { authorization } });

  it('hands the claims to the function, every one a string and a list as "[a b]"', async () => {
    await startGuarded();
    const token = await sign({ ...CLAIMS, 'cognito:groups': ['moderators', 'staff'] });
    expect((await callWith(`Bearer ${token}`)).status).toBe(204);
    expect((await callWith(token)).status).toBe(204);
    const claims = { ...CLAIMS, iss: issuer.url, exp: String(CLAIMS.exp), 'cognito:groups': '[moderators staff]' };
    expect(events.map(({ requestContext }) => requestContext.authorizer)).toEqual(
      Array(2).fill({ jwt: { claims, scopes: null } }),
    );
  });

  it('lets an ID token pass, as AWS does: its audience is the client too', async () => {
    await startGuarded();
    const { client_id: _clientId, ...claims } = CLAIMS;
    const token = await sign({ ...claims, aud: 'client-1', token_use: 'id' });
    expect((await callWith(`Bearer ${token}`)).status).toBe(204);
  });

  it('answers 401 to every token that is not good, and calls nothing', async () => {
    await startGuarded();
    const stranger = await generateKeyPair('RS256');
    const { exp: _exp, ...endless } = CLAIMS;
    const tokens = [
      'nonsense',
      await sign({ ...CLAIMS, exp: NOW / 1_000 - 1 }),
      await sign({ ...CLAIMS, nbf: NOW / 1_000 + 5 }),
      await sign(endless),
      await sign({ ...CLAIMS, iss: 'http://elsewhere' }),
      await sign({ ...CLAIMS, client_id: 'client-2' }),
      // A client id counts only where there is no audience.
      await sign({ ...CLAIMS, aud: 'client-2' }),
      await sign(CLAIMS, stranger.privateKey),
      await sign(CLAIMS, new TextEncoder().encode('a secret of thirty-two characters'), 'HS256'),
      new UnsecuredJWT({ iss: issuer.url, ...CLAIMS }).encode(),
      `${(await sign(CLAIMS)).slice(0, -4)}AAAA`,
    ];
    for (const token of tokens) {
      const response = await callWith(`Bearer ${token}`);
      expect([response.status, await response.json()]).toEqual([401, { message: 'Unauthorized' }]);
    }
    const withoutToken = await get('/me');
    expect(withoutToken.status).toBe(401);
    expect(withoutToken.headers.get('www-authenticate')).toBe('Bearer');
    expect(events).toEqual([]);
  });

  it('writes no line of the caller’s into the log', async () => {
    const lines: string[] = [];
    const authorizer = { issuer: issuer.url, audience: ['client-1'] };
    await start({ routes: [route('GET /me', { authorizer })] }, { log: (line) => lines.push(line) });
    const forged = 'x\n[Function] {"level":"INFO"}\u001b[31m';
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', crit: [forged], [forged]: 1 })).toString('base64url');
    const [, payload, signature] = (await sign(CLAIMS)).split('.');
    expect((await callWith(`Bearer ${header}.${payload}.${signature}`)).status).toBe(401);
    expect((await callWith(`Bearer ${await sign({ ...CLAIMS, client_id: 'client-2' })}`)).status).toBe(401);
    expect(lines).toEqual(['GET /me: ERR_JOSE_NOT_SUPPORTED', 'GET /me: the token is for none of the audiences']);
  });

  it('answers 403 to a token without the scopes of the route', async () => {
    await startGuarded(['stages:write']);
    const refused = await callWith(await sign({ ...CLAIMS, scope: 'openid' }));
    expect([refused.status, await refused.json()]).toEqual([403, { message: 'Forbidden' }]);
    expect((await callWith(await sign({ ...CLAIMS, scope: 'openid stages:write' }))).status).toBe(204);
    expect(events[0]?.requestContext.authorizer?.jwt.scopes).toEqual(['openid', 'stages:write']);
  });
});

describe('the event', () => {
  it('has payload format 2.0', async () => {
    await start({ routes: [route('POST /stages/{ownerId}/tokens')] });
    const headers = { 'content-type': 'application/json', 'user-agent': 'test', cookie: 'a=1; b=2' };
    await get('/stages/a%20b%2Fc/tokens?x=1&x=2&y=%26', { method: 'POST', body: '{"a":1}', headers });
    const { host } = new URL(api.url);
    expect(events).toEqual([
      {
        version: '2.0',
        routeKey: 'POST /stages/{ownerId}/tokens',
        rawPath: '/stages/a b/c/tokens',
        rawQueryString: 'x=1&x=2&y=%26',
        cookies: ['a=1', 'b=2'],
        headers: expect.objectContaining({ host, 'content-type': 'application/json' }),
        queryStringParameters: { x: '1,2', y: '&' },
        pathParameters: { ownerId: 'a b/c' },
        requestContext: {
          accountId: '000000000000',
          apiId: 'api1',
          domainName: host,
          domainPrefix: 'api1',
          http: {
            method: 'POST',
            path: '/stages/a b/c/tokens',
            protocol: 'HTTP/1.1',
            sourceIp: '127.0.0.1',
            userAgent: 'test',
          },
          requestId: expect.any(String),
          routeKey: 'POST /stages/{ownerId}/tokens',
          stage: '$default',
          time: '12/Mar/2026:19:03:58 +0000',
          timeEpoch: NOW,
        },
        body: '{"a":1}',
        isBase64Encoded: false,
      },
    ]);
    expect(events[0]?.headers).not.toHaveProperty('cookie');
  });

  it.each([
    ['application/json; charset=utf-8', false],
    ['application/problem+json', false],
    ['text/csv', false],
    ['application/x-www-form-urlencoded', true],
    ['image/png', true],
  ])('carries a body of %s with isBase64Encoded %p', async (type, isBase64Encoded) => {
    await start();
    await get('/x', { method: 'POST', body: 'ä', headers: { 'content-type': type } });
    const body = isBase64Encoded ? Buffer.from('ä').toString('base64') : 'ä';
    expect(events).toEqual([expect.objectContaining({ body, isBase64Encoded })]);
  });

  it('joins repeated headers by commas', async () => {
    await start();
    await new Promise((resolve) => {
      httpRequest(`${api.url}/x`, { headers: { 'x-a': ['1', '2'] } }, (response) =>
        response.resume().on('end', resolve),
      ).end();
    });
    expect(events[0]?.headers['x-a']).toBe('1,2');
  });
});

describe('routing', () => {
  it('prefers the literal part to {x}, that to {x+}, a method to ANY, and all of them to $default', async () => {
    const keys = ['$default', 'ANY /{rest+}', 'GET /a/{x}', 'ANY /a/b', 'GET /a/b', 'GET /a/{x}/c'];
    await start({ routes: keys.map((key) => route(key)) });
    for (const path of ['/a/b', '/a/z', '/a/z/c', '/q/r', '/']) await get(path);
    await get('/a/b', { method: 'POST' });
    const expected = ['GET /a/b', 'GET /a/{x}', 'GET /a/{x}/c', 'ANY /{rest+}', '$default', 'ANY /a/b'];
    expect(events.map(({ routeKey }) => routeKey)).toEqual(expected);
  });

  it('answers 404 to an unknown route or method, and 400 to a malformed encoding', async () => {
    await start({ routes: [route('GET /a/{x}')] });
    const statuses = [];
    for (const path of ['/', '/a', '/a/', '/a/b/c', '/a/b/']) statuses.push((await get(path)).status);
    statuses.push((await get('/a/b', { method: 'POST' })).status);
    expect(statuses).toEqual(Array(6).fill(404));
    const malformed = await get('/a/%zz');
    expect([malformed.status, await malformed.json()]).toEqual([400, { message: 'Bad Request' }]);
    expect(events).toEqual([]);
  });
});

describe('the answer', () => {
  it('is the status, headers, cookies and body of the function', async () => {
    const answer = { statusCode: 201, headers: { 'X-A': 'b' }, cookies: ['a=1', 'b=2'], body: 'done' };
    await start({}, answering(answer));
    const response = await get('/x');
    expect([response.status, await response.text()]).toEqual([201, 'done']);
    expect(response.headers.get('x-a')).toBe('b');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  });

  it('is a 200 with the JSON when the function forgets the status', async () => {
    await start({}, answering({ error: 'oops' }));
    const response = await get('/x');
    expect([response.status, await response.json()]).toEqual([200, { error: 'oops' }]);
  });

  it.each([
    [{ statusCode: 'ok' }],
    [{ statusCode: 42 }],
    [{ statusCode: 200, body: { a: 1 } }],
    [{ statusCode: 200, headers: { 'bad name': 'x' } }],
  ])('is a bare 500 when the function answers %j', async (answer) => {
    await start({}, answering(answer));
    const response = await get('/x');
    expect([response.status, await response.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  });

  it('is a bare 500 when the function fails, whose error shows in the log only', async () => {
    const lines: string[] = [];
    const error = { errorType: 'TypeError', errorMessage: 'secret detail' };
    await start({}, { invoke: async () => ({ error }), log: (line) => lines.push(line) });
    const response = await get('/x');
    expect([response.status, await response.text()]).toEqual([500, '{"message":"Internal Server Error"}']);
    expect(lines).toEqual(['ANY /{path+}: TypeError: secret detail']);
  });

  it('is 503 when the function takes longer than the integration may', async () => {
    await start({}, { invoke: () => new Promise<InvokeResult>(() => {}), integrationTimeoutMs: 20 });
    const response = await get('/x');
    expect([response.status, await response.json()]).toEqual([503, { message: 'Service Unavailable' }]);
  });
});

describe('limits', () => {
  it('are 10,240 bytes of request line and headers', async () => {
    await start();
    const statusWith = async (bytes: number) => {
      const head = (padding: number) => `GET /x HTTP/1.1\r\nHost: localhost\r\nX-A: ${'a'.repeat(padding)}\r\n`;
      return sendRaw(`${head(bytes - head(0).length)}\r\n`);
    };
    expect(await statusWith(10_240)).toMatch(/^HTTP\/1.1 204 /);
    expect(await statusWith(10_241)).toMatch(/^HTTP\/1.1 431 /);
    expect(await statusWith(60_000)).toMatch(/^HTTP\/1.1 431 /);
  });

  it('are 10 MB of payload', async () => {
    await start();
    const post = (bytes: number) => get('/x', { method: 'POST', body: Buffer.alloc(bytes) });
    expect((await post(10 * 1024 * 1024)).status).toBe(204);
    const refused = await post(10 * 1024 * 1024 + 1);
    expect([refused.status, await refused.json()]).toEqual([413, { message: 'Request Entity Too Large' }]);
  });

  it('are the rate and the burst of the stage', async () => {
    let now = NOW;
    await start({ rateLimit: 2, burstLimit: 3 }, { now: () => now });
    const statuses = async (count: number) =>
      Promise.all(Array.from({ length: count }, async () => (await get('/x')).status));
    expect((await statuses(5)).sort()).toEqual([204, 204, 204, 429, 429]);
    now += 1_000;
    expect((await statuses(3)).sort()).toEqual([204, 204, 429]);
  });
});

describe('CORS', () => {
  const cors = {
    allowCredentials: false,
    allowHeaders: ['authorization', 'content-type'],
    allowMethods: ['GET', 'PUT'],
    allowOrigins: ['http://127.0.0.1:4000'],
    exposeHeaders: ['retry-after'],
    maxAgeSeconds: 3_600,
  };
  const preflight = (origin: string) =>
    get('/me', { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'PUT' } });

  it('is answered by the gateway, without a token and without the function', async () => {
    await start({ cors, routes: [route('PUT /me', { authorizer: { issuer: issuer.url, audience: [] } })] });
    const response = await preflight('http://127.0.0.1:4000');
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'http://127.0.0.1:4000',
      'access-control-allow-methods': 'GET,PUT',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-max-age': '3600',
    });
    expect((await preflight('http://elsewhere')).headers.has('access-control-allow-origin')).toBe(false);
    expect(events).toEqual([]);
  });

  it('comes with refusals too, and what the function says about it is ignored', async () => {
    const headers = { 'Access-Control-Allow-Origin': '*', 'x-a': 'b' };
    await start({ cors, routes: [route('GET /x')] }, answering({ statusCode: 200, headers }));
    const init = { headers: { origin: 'http://127.0.0.1:4000' } };
    for (const path of ['/x', '/unknown']) {
      const response = await get(path, init);
      expect(response.headers.get('access-control-allow-origin')).toBe('http://127.0.0.1:4000');
      expect(response.headers.get('access-control-expose-headers')).toBe('retry-after');
    }
    expect((await get('/x')).headers.has('access-control-allow-origin')).toBe(false);
  });
});

function sendRaw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1', () => socket.write(text));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
    socket.once('error', reject);
  });
}
