import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ApiError,
  type ApiErrorCode,
  BannedError,
  InternalError,
  InvalidRequestError,
  NotFoundError,
  StageNotReadyError,
} from '../../../client/api/api-errors.ts';
import { createStagedoorApi } from '../../../client/api/create-stagedoor-api.ts';
import type { StagedoorApi } from '../../../client/api/stagedoor-api.ts';
import type { ErrorCode } from '../../../contract/errors.ts';
import { type Route, routes } from '../../../lambdas/routes.ts';
import { gatewayRefusal, problem, ScriptedServer } from './scripted-server.ts';
import { WaitsClock } from './waits-clock.ts';

let server: ScriptedServer;
let api: StagedoorApi;
beforeAll(async () => {
  server = await ScriptedServer.start();
  const clock = new WaitsClock();
  api = createStagedoorApi({
    url: `${server.url}//`,
    getAccessToken: async () => 'access-token',
    clock,
    timeoutMs: clock.timeoutMs,
  });
});
afterAll(() => server.close());

const rejection = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no rejection',
    (error) => error,
  );

describe('each method is one route', () => {
  it('of those that there are', () => {
    const pattern = ({ method, path }: Route) => new RegExp(`^${method} ${path.replace(/{\w+}/g, '[^/]+')}(\\?|$)`);
    const unused = routes.filter((route) => !calls.some(([, , called]) => pattern(route).test(called)));
    expect(unused).toEqual([]);
  });

  const calls: readonly [string, (api: StagedoorApi) => Promise<unknown>, string, object?][] = [
    ['getMyStage', (api) => api.getMyStage(), 'GET /me/stage'],
    ['openMyStage', (api) => api.openMyStage(), 'PUT /me/stage'],
    [
      'changeMyStage',
      (api) => api.changeMyStage({ visibility: 'invited' }),
      'PATCH /me/stage',
      { visibility: 'invited' },
    ],
    ['deleteMe', (api) => api.deleteMe(), 'DELETE /me'],
    ['listLiveStages', (api) => api.listLiveStages(), 'GET /stages?live=true'],
    [
      'listLiveStages of a page',
      (api) => api.listLiveStages({ limit: 5, cursor: 'a+b=' }),
      'GET /stages?live=true&limit=5&cursor=a%2Bb%3D',
    ],
    ['getStage', (api) => api.getStage('ada'), 'GET /stages/ada'],
    ['issueToken', (api) => api.issueToken('ada'), 'POST /stages/ada/tokens'],
    [
      'issueToken with wishes',
      (api) => api.issueToken('ada', { capabilities: ['PUBLISH_AUDIO'], durationMinutes: undefined }),
      'POST /stages/ada/tokens',
      { capabilities: ['PUBLISH_AUDIO'] },
    ],
    [
      'exchangeToken',
      (api) => api.exchangeToken('ada', { token: 't' }),
      'POST /stages/ada/tokens/exchange',
      { token: 't' },
    ],
    [
      'listParticipants',
      (api) => api.listParticipants('ada', { cursor: 'c' }),
      'GET /stages/ada/participants?cursor=c',
    ],
    ['kick', (api) => api.kick('ada', 'p1'), 'DELETE /stages/ada/participants/p1'],
    ['listGuests', (api) => api.listGuests(), 'GET /me/stage/guests'],
    [
      'invite',
      (api) => api.invite('grace', { capabilities: ['PUBLISH_VIDEO'] }),
      'PUT /me/stage/guests/grace',
      {
        capabilities: ['PUBLISH_VIDEO'],
      },
    ],
    ['withdrawInvitation', (api) => api.withdrawInvitation('grace'), 'DELETE /me/stage/guests/grace'],
    ['listBans', (api) => api.listBans('ada'), 'GET /stages/ada/bans'],
    ['ban', (api) => api.ban('ada', 'grace'), 'PUT /stages/ada/bans/grace'],
    ['liftBan', (api) => api.liftBan('ada', 'grace'), 'DELETE /stages/ada/bans/grace'],
    ['listIngests', (api) => api.listIngests(), 'GET /me/stage/ingests'],
    ['openIngest', (api) => api.openIngest({ protocol: 'RTMP' }), 'POST /me/stage/ingests', { protocol: 'RTMP' }],
    ['closeIngest', (api) => api.closeIngest('i1'), 'DELETE /me/stage/ingests/i1'],
  ];
  it.each(calls.map(([name, call, route, body = null]) => ({ name, call, route, body })))(
    '$name',
    async ({ call, route, body }) => {
      server.script({ status: 200, body: { status: 'active' } });
      await call(api);
      const [{ method, url, ...sent }] = server.received as [(typeof server.received)[0]];
      expect(`${method} ${url}`).toBe(route);
      expect(sent).toEqual({
        authorization: 'Bearer access-token',
        contentType: body === null ? undefined : 'application/json',
        body: body === null ? '' : JSON.stringify(body),
      });
    },
  );
});

it('answers what came, and nothing for 204', async () => {
  server.script({ status: 200, body: { stages: [] } }, { status: 204 });
  expect(await api.listLiveStages()).toEqual({ stages: [] });
  expect(await api.deleteMe()).toBeUndefined();
});

it('keeps ids inside their part of the path', async () => {
  server.script({ status: 200, body: {} });
  await api.getStage('../me?x=1#y');
  expect(server.received[0]?.url).toBe('/stages/..%2Fme%3Fx%3D1%23y');
});

it.each(['', '.', '..'])('refuses the id "%s", which would name another route', async (id) => {
  server.script();
  expect(await rejection(api.withdrawInvitation(id))).toBeInstanceOf(InvalidRequestError);
  expect(server.received).toEqual([]);
});

const codes: Readonly<Record<ErrorCode, number>> = {
  INVALID_REQUEST: 400,
  UNAUTHENTICATED: 401,
  NOT_ALLOWED: 403,
  CAPABILITY_NOT_ALLOWED: 403,
  BANNED: 403,
  TOKEN_REFUSED: 403,
  STAGE_NOT_FOUND: 404,
  NOT_FOUND: 404,
  STAGE_INACTIVE: 409,
  STAGE_FULL: 409,
  EXCHANGE_NOT_SUPPORTED: 409,
  INGEST_EXISTS: 409,
  RATE_LIMITED: 429,
  STAGE_NOT_READY: 503,
  STAGE_QUOTA_REACHED: 503,
  INGEST_QUOTA_REACHED: 503,
  UPSTREAM_THROTTLED: 503,
  INTERNAL: 500,
};

it.each(Object.entries(codes) as [ErrorCode, number][])('%s has an error class of its own', async (code, status) => {
  const refusal = problem(status, code, 11);
  server.script(refusal, refusal);
  const error = (await rejection(api.getMyStage())) as ApiError;
  expect(error).toBeInstanceOf(ApiError);
  expect(error.constructor).not.toBe(ApiError);
  expect(error).toMatchObject({
    name: error.constructor.name,
    code,
    status,
    detail: `because of ${code}`,
    message: `because of ${code}`,
    requestId: 'request-1',
    retryAfterMs: 11_000,
    serverCode: undefined,
  });
});

it('tells errors apart by class', async () => {
  server.script(problem(403, 'BANNED'), problem(503, 'STAGE_NOT_READY', 5));
  expect(await rejection(api.getMyStage())).toBeInstanceOf(BannedError);
  expect(await rejection(api.getMyStage())).toBeInstanceOf(StageNotReadyError);
});

it.each<[number, ApiErrorCode]>([
  [400, 'INVALID_REQUEST'],
  [401, 'UNAUTHENTICATED'],
  [403, 'NOT_ALLOWED'],
  [404, 'NOT_FOUND'],
  [413, 'INVALID_REQUEST'],
  [418, 'INTERNAL'],
  [429, 'RATE_LIMITED'],
  [500, 'INTERNAL'],
  [502, 'UPSTREAM_THROTTLED'],
  [503, 'UPSTREAM_THROTTLED'],
  [504, 'UPSTREAM_THROTTLED'],
])("reads the gateway's own %i as %s", async (status, code) => {
  server.script(gatewayRefusal(status), gatewayRefusal(status), gatewayRefusal(status));
  expect(await rejection(api.getMyStage())).toMatchObject({ code, status, detail: 'Sorry', requestId: undefined });
});

it('chooses the class of a code that it does not know by status, and tells the code', async () => {
  server.script({ status: 404, body: { code: 'STAGE_ON_MARS', detail: 'far away', requestId: 'r' } });
  const error = await rejection(api.getMyStage());
  expect(error).toBeInstanceOf(NotFoundError);
  expect(error).toMatchObject({ code: 'NOT_FOUND', serverCode: 'STAGE_ON_MARS', detail: 'far away' });
});

it.each(['<html>Bad Gateway</html>', '"just text"', 'null', '[]', '{"code":5,"detail":{}}', 'toString'])(
  'stands a refusal that says %s',
  async (body) => {
    server.script({ status: 418, body });
    expect(await rejection(api.getMyStage())).toMatchObject({
      code: 'INTERNAL',
      detail: 'the API answered with status 418',
    });
  },
);

it('takes a page for an error, and never quotes what it could not read', async () => {
  server.script({ status: 200, body: 'secret-token <html>' });
  const error = await rejection(api.issueToken('ada'));
  expect(error).toBeInstanceOf(InternalError);
  expect(String(error)).toBe('InternalError: the answer (status 200) is not JSON: is this the URL of the API?');
  expect((error as Error).cause).toBeUndefined();
});
