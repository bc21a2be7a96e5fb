import { ApiError, ApiUnreachableError, apiErrorOf } from './api-errors.ts';
import { type Answer, readAnswer } from './read-answer.ts';
import { runWithin } from './run-within.ts';
import type { Clock, StagedoorApiOptions } from './stagedoor-api.ts';

export interface Call {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';
  /** With its query; begins with a slash. */
  readonly path: string;
  readonly body?: object | undefined;
}

export interface Wire {
  /** Without a slash at its end. */
  readonly url: string;
  readonly getAccessToken: StagedoorApiOptions['getAccessToken'];
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
}

export interface TryOptions {
  /** Whether the API refused the access token of the try before. */
  readonly refresh: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Sends a call once. @throws ApiError; the reason of the caller's signal */
export function tryCall(wire: Wire, call: Call, { refresh, signal }: TryOptions): Promise<Answer> {
  return runWithin({ ...wire, signal }, async (trySignal) => {
    const headers = { authorization: `Bearer ${await getAccessToken(wire, refresh)}` };
    trySignal.throwIfAborted();
    try {
      const response = await wire.fetch(wire.url + call.path, {
        method: call.method,
        ...(call.body === undefined
          ? { headers }
          : { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(call.body) }),
        cache: 'no-store',
        credentials: 'omit',
        signal: trySignal,
      });
      return await readAnswer(response);
    } catch (error) {
      if (error instanceof ApiError) throw error;
      throw new ApiUnreachableError('the API cannot be reached', { cause: error });
    }
  });
}

async function getAccessToken(wire: Wire, refresh: boolean): Promise<string> {
  const token = await askForToken(wire, refresh);
  // `fetch` would refuse it as well, and quote it.
  if (!/^[\x21-\x7e]+$/.test(token)) throw unauthenticated('the access token has characters that no token has');
  return token;
}

async function askForToken(wire: Wire, refresh: boolean): Promise<string> {
  let token: string | null;
  try {
    token = await wire.getAccessToken({ refresh });
  } catch (cause) {
    // Most providers reject when they are offline, as after a sleep that outlasted the token.
    throw new ApiUnreachableError('no access token could be had', { cause });
  }
  if (token === null) throw unauthenticated('nobody is signed in');
  return token;
}

const unauthenticated = (detail: string): ApiError => apiErrorOf('UNAUTHENTICATED', { status: 0, detail });
