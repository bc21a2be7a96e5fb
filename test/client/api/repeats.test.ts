import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ApiUnreachableError,
  IngestExistsError,
  NotFoundError,
  RateLimitedError,
  StageNotReadyError,
  UpstreamThrottledError,
} from '../../../client/api/api-errors.ts';
import { createStagedoorApi } from '../../../client/api/create-stagedoor-api.ts';
import type { StagedoorApi } from '../../../client/api/stagedoor-api.ts';
import { gatewayRefusal, problem, type Scripted, ScriptedServer } from './scripted-server.ts';
import { WaitsClock } from './waits-clock.ts';

let server: ScriptedServer;
let clock: WaitsClock;
let api: StagedoorApi;
beforeAll(async () => {
  server = await ScriptedServer.start();
});
beforeEach(() => {
  clock = new WaitsClock();
  api = createStagedoorApi({
    url: server.url,
    getAccessToken: async () => 'access-token',
    clock,
    timeoutMs: clock.timeoutMs,
    random: () => 0.5,
  });
});
afterAll(() => server.close());

const ok: Scripted = { status: 200, body: { status: 'active' } };

describe('what is safe to repeat', () => {
  it.each<[string, Scripted]>([
    ['a lost answer', 'lost'],
    ['an answer that breaks off', 'half'],
    ['RATE_LIMITED', problem(429, 'RATE_LIMITED')],
    ['UPSTREAM_THROTTLED', problem(503, 'UPSTREAM_THROTTLED')],
    ["the gateway's 429", gatewayRefusal(429)],
    ["the gateway's 502", gatewayRefusal(502)],
    ["the gateway's 503", gatewayRefusal(503)],
    ["the gateway's 504", gatewayRefusal(504)],
  ])('is repeated after %s, half a second and then a second later at most', async (_name, trouble) => {
    server.script(trouble, trouble, ok);
    await api.issueToken('ada');
    expect(server.received).toHaveLength(3);
    expect(clock.waits).toEqual([375, 750]);
    expect(clock.openLimits).toBe(0);
  });

  it('is given up after the third try', async () => {
    server.script('lost', 'lost', problem(503, 'UPSTREAM_THROTTLED'), ok);
    await expect(api.getMyStage()).rejects.toBeInstanceOf(UpstreamThrottledError);
    expect(server.received).toHaveLength(3);
    expect(clock.waits).toHaveLength(2);
  });

  it('waits for as long as the API says', async () => {
    server.script(problem(429, 'RATE_LIMITED', 1), problem(503, 'UPSTREAM_THROTTLED', 10), ok);
    await api.ban('ada', 'grace');
    expect(clock.waits).toEqual([1000, 10_000]);
  });

  it('does not wait for more than 10 s, and tells how long it would have been', async () => {
    server.script(problem(429, 'RATE_LIMITED', 11), ok);
    const call = api.getMyStage();
    await expect(call).rejects.toBeInstanceOf(RateLimitedError);
    await expect(call).rejects.toMatchObject({ retryAfterMs: 11_000 });
    expect(clock.waits).toEqual([]);
  });

  it('backs off by itself where Retry-After is a date', async () => {
    const refusal = { ...gatewayRefusal(503), headers: { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' } };
    server.script(refusal, ok);
    await api.getMyStage();
    expect(clock.waits).toEqual([375]);
  });
});

it.each(['STAGE_NOT_READY', 'STAGE_QUOTA_REACHED', 'INGEST_QUOTA_REACHED'] as const)(
  "leaves %s to the caller, with the API's advice",
  async (code) => {
    server.script(problem(503, code, 2), ok);
    await expect(api.getMyStage()).rejects.toMatchObject({ code, retryAfterMs: 2000 });
    expect(server.received).toHaveLength(1);
  },
);

describe('a DELETE whose answer got lost', () => {
  it.each<[string, Scripted]>([
    ['lost', 'lost'],
    ["the gateway's", gatewayRefusal(504)],
    ['throttled half way', problem(503, 'UPSTREAM_THROTTLED')],
  ])('(%s) has worked when there is nothing left to delete', async (_name, trouble) => {
    server.script(trouble, problem(404, 'NOT_FOUND'));
    await expect(api.kick('ada', 'p1')).resolves.toBeUndefined();
  });

  it('has not worked when the stage is not there', async () => {
    server.script('lost', problem(404, 'STAGE_NOT_FOUND'));
    await expect(api.kick('ada', 'p1')).rejects.toMatchObject({ code: 'STAGE_NOT_FOUND' });
  });
});

it.each<[string, readonly Scripted[]]>([
  ['at once', []],
  ['after it was refused', [problem(429, 'RATE_LIMITED')]],
])('a DELETE that finds nothing %s fails', async (_name, before) => {
  server.script(...before, problem(404, 'NOT_FOUND'));
  await expect(api.withdrawInvitation('grace')).rejects.toBeInstanceOf(NotFoundError);
});

describe('opening an ingest', () => {
  it.each<[string, Scripted]>([
    ['a lost answer', 'lost'],
    ['an answer that breaks off', 'half'],
    ["the gateway's 503", gatewayRefusal(503)],
    ["the gateway's 504", gatewayRefusal(504)],
  ])('is not repeated after %s: the stream key may have been in it', async (_name, trouble) => {
    server.script(trouble, ok);
    await expect(api.openIngest()).rejects.toMatchObject({ code: expect.stringMatching(/UNREACHABLE|UPSTREAM/) });
    expect(server.received).toHaveLength(1);
  });

  it.each<[string, Scripted]>([
    ['RATE_LIMITED', problem(429, 'RATE_LIMITED', 1)],
    ["the gateway's 429", gatewayRefusal(429)],
    ['UPSTREAM_THROTTLED', problem(503, 'UPSTREAM_THROTTLED', 1)],
  ])('is repeated after %s', async (_name, refusal) => {
    server.script(refusal, { status: 201, body: { streamKey: 'key' } });
    await expect(api.openIngest()).resolves.toEqual({ streamKey: 'key' });
  });

  it('leaves INGEST_EXISTS to the caller', async () => {
    server.script(problem(409, 'INGEST_EXISTS', 3));
    const call = api.openIngest();
    await expect(call).rejects.toBeInstanceOf(IngestExistsError);
    await expect(call).rejects.toMatchObject({ retryAfterMs: 3000 });
  });
});

describe('openMyStage', () => {
  it('asks again after each Retry-After until the stage is there, however long that is', async () => {
    const waiting = { status: 202, headers: { 'retry-after': '12' }, body: { status: 'provisioning' } };
    server.script(waiting, problem(503, 'STAGE_NOT_READY', 30), { status: 202, body: { status: 'provisioning' } }, ok);
    expect(await api.openMyStage()).toEqual({ status: 'active' });
    expect(clock.waits).toEqual([12_000, 30_000, 1000]);
    expect(server.received.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(4).fill('PUT /me/stage'));
  });

  it('ends with an error that waiting does not help against', async () => {
    server.script(problem(503, 'STAGE_NOT_READY', 1), problem(503, 'STAGE_QUOTA_REACHED', 60));
    await expect(api.openMyStage()).rejects.toMatchObject({ code: 'STAGE_QUOTA_REACHED', retryAfterMs: 60_000 });
  });

  it("ends with its signal's reason", async () => {
    const leaving = new AbortController();
    const patient = createStagedoorApi({ url: server.url, getAccessToken: async () => 'access-token' });
    server.script({ status: 202, headers: { 'retry-after': '60' }, body: { status: 'provisioning' } });
    const call = patient.openMyStage({ signal: leaving.signal });
    setTimeout(() => leaving.abort(new Error('left the page')), 50);
    await expect(call).rejects.toThrow('left the page');
    expect(server.received).toHaveLength(1);
  });
});

it('tells a stage that is being removed from one that cannot be reached', async () => {
  server.script(problem(503, 'STAGE_NOT_READY', 1));
  await expect(api.issueToken('ada')).rejects.toBeInstanceOf(StageNotReadyError);
  server.script('lost', 'lost', 'lost');
  const call = api.issueToken('ada');
  await expect(call).rejects.toBeInstanceOf(ApiUnreachableError);
  await expect(call).rejects.toHaveProperty('status', 0);
  await expect(call).rejects.toHaveProperty('cause.message', 'fetch failed');
});
