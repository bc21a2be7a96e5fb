import type { ErrorCode } from '../../contract/errors.ts';
import { type ApiError, apiErrorOf, isErrorCode } from './api-errors.ts';

export interface Answer {
  /** Undefined: there is none. */
  readonly body: unknown;
  readonly retryAfterMs: number | undefined;
}

/** @throws ApiError unless the status tells of success */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const retryAfterMs = readRetryAfter(response.headers);
  const body = parseJson(text);
  if (!response.ok) throw readRefusal(response.status, body, retryAfterMs);
  if (body === undefined && response.status !== 204) {
    const detail = `the answer (status ${response.status}) is not JSON: is this the URL of the API?`;
    throw apiErrorOf('INTERNAL', { status: response.status, detail });
  }
  return { body, retryAfterMs };
}

/** Stagedoor sends whole seconds, never a date. */
function readRetryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after') ?? '';
  return /^\d{1,9}$/.test(value) ? Number(value) * 1000 : undefined;
}

/** Undefined when it is not JSON. The engine's own error is dropped because it quotes the text, which may hold a token. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of Stagedoor a problem with a code, of the gateway before it `{"message"}`, and of a proxy anything. */
function readRefusal(status: number, body: unknown, retryAfterMs: number | undefined): ApiError {
  const field = (name: string): string | undefined => {
    const value: unknown = body instanceof Object ? Reflect.get(body, name) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const code = field('code');
  const known = code !== undefined && isErrorCode(code);
  return apiErrorOf(known ? code : codeOfStatus(status), {
    status,
    detail: field('detail') ?? field('message') ?? `the API answered with status ${status}`,
    requestId: field('requestId'),
    retryAfterMs,
    serverCode: known ? undefined : code,
  });
}

function codeOfStatus(status: number): ErrorCode {
  switch (status) {
    case 400:
    case 413:
      return 'INVALID_REQUEST';
    case 401:
      return 'UNAUTHENTICATED';
    case 403:
      return 'NOT_ALLOWED';
    case 404:
      return 'NOT_FOUND';
    case 429:
      return 'RATE_LIMITED';
    case 502:
    case 503:
    case 504:
      return 'UPSTREAM_THROTTLED';
    default:
      return 'INTERNAL';
  }
}
