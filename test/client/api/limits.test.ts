import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiUnreachableError, UnauthenticatedError } from '../../../client/api/api-errors.ts';
import { createStagedoorApi } from '../../../client/api/create-stagedoor-api.ts';
import type { StagedoorApiOptions } from '../../../client/api/stagedoor-api.ts';
import { problem, ScriptedServer } from './scripted-server.ts';
import { WaitsClock } from './waits-clock.ts';

let server: ScriptedServer;
beforeAll(async () => {
  server = await ScriptedServer.start();
});
afterAll(() => server.close());

function start(options: Partial<StagedoorApiOptions> = {}) {
  const clock = new WaitsClock();
  const asked: boolean[] = [];
  const getAccessToken: StagedoorApiOptions['getAccessToken'] = async ({ refresh }) => {
    asked.push(refresh);
    return `token-${asked.length}`;
  };
  const api = createStagedoorApi({ url: server.url, getAccessToken, clock, timeoutMs: clock.timeoutMs, ...options });
  return { api, clock, asked };
}

/** Resolves when it holds; the test's own time limit is the bound. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A signal that counts who listens. */
function watchedSignal() {
  const controller = new AbortController();
  let listeners = 0;
  const { signal } = controller;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...given: Parameters<typeof add>) => {
    listeners += 1;
    add(...given);
  };
  signal.removeEventListener = (...given: Parameters<typeof remove>) => {
    listeners -= 1;
    remove(...given);
  };
  return { controller, signal, listeners: () => listeners };
}

const ok = { status: 200, body: {} };

describe('the time of a try', () => {
  it('ends a request that nobody answers, and the next try may work', async () => {
    const { api, clock } = start();
    server.script('never', ok);
    const call = api.getMyStage();
    await until(() => server.received.length === 1);
    clock.expire();
    await call;
    await until(() => server.hungUp.length === 1);
    expect(server.received).toHaveLength(2);
    expect(clock.openLimits).toBe(0);
  });

  it('is told as unreachable when each try took too long', async () => {
    const { api } = start({ clock: undefined as never, timeoutMs: 20, random: () => 0 });
    server.script('never', 'never', 'never');
    const call = api.getMyStage();
    await expect(call).rejects.toBeInstanceOf(ApiUnreachableError);
    await expect(call).rejects.toThrow('no answer within 20 ms');
  });

  it('also ends the wait for an access token', async () => {
    const { api, clock } = start({ getAccessToken: () => new Promise(() => {}) });
    server.script();
    const call = api.openIngest();
    await until(() => clock.openLimits === 1);
    clock.expire();
    await expect(call).rejects.toBeInstanceOf(ApiUnreachableError);
    expect(server.received).toEqual([]);
  });
});

describe("the caller's signal", () => {
  it('ends a request with its reason', async () => {
    const { api, clock } = start();
    const { controller, signal, listeners } = watchedSignal();
    server.script('never', ok);
    const call = api.getMyStage({ signal });
    await until(() => server.received.length === 1);
    controller.abort('gone');
    await expect(call).rejects.toBe('gone');
    await until(() => server.hungUp.length === 1);
    expect(server.received).toHaveLength(1);
    expect(clock.openLimits).toBe(0);
    expect(listeners()).toBe(0);
  });

  it('ends the wait for the next try', async () => {
    const { api } = start({ clock: undefined as never });
    const { controller, signal, listeners } = watchedSignal();
    server.script(problem(429, 'RATE_LIMITED', 9), ok);
    const call = api.getMyStage({ signal });
    await until(() => listeners() === 1 && server.received.length === 1);
    setTimeout(() => controller.abort('gone'), 50);
    await expect(call).rejects.toBe('gone');
    expect(server.received).toHaveLength(1);
  });

  it('that is aborted already sends nothing, and asks for no token', async () => {
    const { api, asked } = start();
    server.script(ok);
    await expect(api.openMyStage({ signal: AbortSignal.abort('gone') })).rejects.toBe('gone');
    expect(server.received).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('is listened to no longer than the call takes', async () => {
    const { api, clock } = start();
    const { signal, listeners } = watchedSignal();
    server.script('lost', problem(429, 'RATE_LIMITED', 1), ok);
    await api.getMyStage({ signal });
    expect(listeners()).toBe(0);
    expect(clock.openLimits).toBe(0);
  });
});

describe('the access token', () => {
  it('is asked for anew when the API refuses it, once', async () => {
    const { api, asked } = start();
    server.script(problem(401, 'UNAUTHENTICATED'), ok);
    await api.openIngest();
    expect(asked).toEqual([false, true]);
    expect(server.received.map(({ authorization }) => authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
    server.script(problem(401, 'UNAUTHENTICATED'), problem(401, 'UNAUTHENTICATED'), ok);
    await expect(api.getMyStage()).rejects.toBeInstanceOf(UnauthenticatedError);
    expect(server.received).toHaveLength(2);
  });

  it('is not asked for anew again because the next try got lost', async () => {
    const { api, asked } = start();
    server.script(problem(401, 'UNAUTHENTICATED'), 'lost', ok);
    await api.getMyStage();
    expect(asked).toEqual([false, true, false]);
  });

  it('that nobody has means signed out', async () => {
    server.script(ok);
    const absent = start({ getAccessToken: async () => null }).api.getMyStage();
    await expect(absent).rejects.toBeInstanceOf(UnauthenticatedError);
    expect(server.received).toEqual([]);
  });

  it('that cannot be had is asked for again, as the network may be back', async () => {
    let times = 0;
    const { api, clock } = start({
      getAccessToken: async () => {
        times += 1;
        if (times === 1) throw new Error('Network error');
        return 'token';
      },
    });
    server.script(ok);
    await api.getMyStage();
    expect(clock.waits).toHaveLength(1);
  });

  it('that cannot be had at all means unreachable, and not signed out', async () => {
    const cause = new Error('Network error');
    const { api } = start({ getAccessToken: () => Promise.reject(cause) });
    server.script(ok);
    const call = api.getMyStage();
    await expect(call).rejects.toBeInstanceOf(ApiUnreachableError);
    await expect(call).rejects.toMatchObject({ cause });
    expect(server.received).toEqual([]);
  });

  it.each(['secret\ntoken', 'secret token', 'secret-tökén', ''])('is never in an error: %j', async (token) => {
    const { api } = start({ getAccessToken: async () => token });
    server.script(ok);
    const error = await api.getMyStage().catch((error: unknown) => error as Error);
    expect(error).toBeInstanceOf(UnauthenticatedError);
    expect(`${error}${(error as Error).cause}`).not.toContain('secret');
  });
});

it('reads what the answer of a token broke off after, without telling it', async () => {
  const { api } = start();
  server.script('half', 'half', 'half');
  const error = (await api.issueToken('ada').catch((error: unknown) => error)) as Error;
  expect(error).toBeInstanceOf(ApiUnreachableError);
  expect(`${error.stack}${(error.cause as Error).stack}${(error.cause as Error).cause}`).not.toContain('secret');
});

it('works with a URL relative to the page, by the fetch of the page', async () => {
  const asked: string[] = [];
  const pageFetch: typeof fetch = async (url) => {
    asked.push(String(url));
    return Response.json({});
  };
  await start({ url: '/api/', fetch: pageFetch }).api.getMyStage();
  await start({ url: '', fetch: pageFetch }).api.getMyStage();
  expect(asked).toEqual(['/api/me/stage', '/me/stage']);
});
