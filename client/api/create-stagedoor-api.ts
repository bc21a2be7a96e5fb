import type { OpenedIngest, UserStage } from '../../contract/stages.ts';
import { ApiError, apiErrorOf } from './api-errors.ts';
import type { Answer } from './read-answer.ts';
import { type Sender, sendCall } from './send-call.ts';
import type { CallOptions, StagedoorApi, StagedoorApiOptions } from './stagedoor-api.ts';
import { systemClock } from './system-clock.ts';
import type { Call } from './try-call.ts';

const SHORTEST_WAIT_FOR_STAGE_MS = 1000;

export function createStagedoorApi(options: StagedoorApiOptions): StagedoorApi {
  const sender = senderOf(options);
  const send = async <Body>(call: Call, { signal }: CallOptions = {}): Promise<Body> =>
    (await sendCall(sender, { ...call, repeat: 'always' }, signal)).body as Body;
  const get = async <Body>(path: string, options?: CallOptions): Promise<Body> =>
    send({ method: 'GET', path }, options);
  const put = async (path: string, body?: object, options?: CallOptions): Promise<void> => {
    await send({ method: 'PUT', path, body }, options);
  };
  const del = async (path: string, options?: CallOptions): Promise<void> => {
    await send({ method: 'DELETE', path }, options);
  };
  // Async, so that a refused id rejects like everything else.
  return {
    getMyStage: async (options) => get('/me/stage', options),
    openMyStage: async (options) => openMyStage(sender, options?.signal),
    changeMyStage: async (body, options) => send({ method: 'PATCH', path: '/me/stage', body }, options),
    deleteMe: async (options) => del('/me', options),
    listLiveStages: async ({ limit, cursor, ...options } = {}) =>
      get(`/stages${query({ live: 'true', limit, cursor })}`, options),
    getStage: async (ownerId, options) => get(path`/stages/${ownerId}`, options),
    issueToken: async (ownerId, body, options) =>
      send({ method: 'POST', path: path`/stages/${ownerId}/tokens`, body }, options),
    exchangeToken: async (ownerId, body, options) =>
      send({ method: 'POST', path: path`/stages/${ownerId}/tokens/exchange`, body }, options),
    listParticipants: async (ownerId, { cursor, ...options } = {}) =>
      get(path`/stages/${ownerId}/participants` + query({ cursor }), options),
    kick: async (ownerId, participantId, options) =>
      del(path`/stages/${ownerId}/participants/${participantId}`, options),
    listGuests: async ({ cursor, ...options } = {}) => get(`/me/stage/guests${query({ cursor })}`, options),
    invite: async (userId, body, options) => put(path`/me/stage/guests/${userId}`, body, options),
    withdrawInvitation: async (userId, options) => del(path`/me/stage/guests/${userId}`, options),
    listBans: async (ownerId, { cursor, ...options } = {}) =>
      get(path`/stages/${ownerId}/bans` + query({ cursor }), options),
    ban: async (ownerId, userId, body, options) => put(path`/stages/${ownerId}/bans/${userId}`, body, options),
    liftBan: async (ownerId, userId, options) => del(path`/stages/${ownerId}/bans/${userId}`, options),
    listIngests: async (options) => get('/me/stage/ingests', options),
    openIngest: async (body, { signal } = {}) => {
      const call = { method: 'POST', path: '/me/stage/ingests', body, repeat: 'refused' } as const;
      return (await sendCall(sender, call, signal)).body as OpenedIngest;
    },
    closeIngest: async (ingestId, options) => del(path`/me/stage/ingests/${ingestId}`, options),
  };
}

function senderOf(options: StagedoorApiOptions): Sender {
  return {
    url: options.url.replace(/\/+$/, ''),
    getAccessToken: options.getAccessToken,
    timeoutMs: options.timeoutMs ?? 10_000,
    // Looked up at each call: pages and tests replace the browser's own.
    fetch: options.fetch ?? ((...request) => fetch(...request)),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

async function openMyStage(sender: Sender, signal: AbortSignal | undefined): Promise<UserStage> {
  for (;;) {
    const { body, retryAfterMs = 0 } = await putMyStage(sender, signal);
    const stage = body as UserStage | undefined;
    if (stage?.status === 'active') return stage;
    await sender.clock.delay(Math.max(retryAfterMs, SHORTEST_WAIT_FOR_STAGE_MS), signal);
  }
}

/** Without a body while the stage is being removed, and has to be waited for as well. */
async function putMyStage(sender: Sender, signal: AbortSignal | undefined): Promise<Answer> {
  try {
    return await sendCall(sender, { method: 'PUT', path: '/me/stage', repeat: 'always' }, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'STAGE_NOT_READY') throw error;
    return { body: undefined, retryAfterMs: error.retryAfterMs };
  }
}

/** A path of the API with ids in it. URLs resolve dots, so that an id of dots would name another route. */
function path(parts: TemplateStringsArray, ...ids: readonly string[]): string {
  const wrong = ids.find((id) => /^\.{0,2}$/.test(id));
  if (wrong !== undefined) throw apiErrorOf('INVALID_REQUEST', { status: 0, detail: `"${wrong}" is no id` });
  return String.raw({ raw: parts }, ...ids.map(encodeURIComponent));
}

function query(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]))}`;
}
