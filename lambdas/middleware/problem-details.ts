import type { MiddlewareObj } from '@middy/core';
import type { ErrorCode, Problem } from '../../contract/errors.ts';
import { StageError } from '../stages/errors.ts';
import type { Log } from '../stages/ports.ts';
import type { HttpEvent, HttpResponse } from './http-event.ts';

/** Adding an ErrorCode without choosing its status here does not compile. */
const STATUS = {
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
} as const satisfies Record<ErrorCode, number>;

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Turns every error into an RFC 9457 problem. What is not a StageError is logged whole and answered as a bare 500. */
export const problemDetails = (log: Log): MiddlewareObj<HttpEvent, HttpResponse> => ({
  onError: (request) => {
    const { requestId, routeKey } = request.event.requestContext;
    const { error } = request;
    if (error instanceof StageError) {
      if (STATUS[error.code] >= 500) log.warn('a request was put off', { requestId, routeKey, error });
      request.response = problem(error.code, error.message, requestId, error.retryAfterSeconds);
      return;
    }
    log.error('a request failed', { requestId, routeKey, error });
    request.response = problem(
      'INTERNAL',
      'something went wrong on our side; the request id helps to find it',
      requestId,
    );
  },
});

function problem(code: ErrorCode, detail: string, requestId: string, retryAfterSeconds?: number): HttpResponse {
  const status = STATUS[code];
  const body: Problem = {
    type: `urn:stagedoor:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    code,
    requestId,
  };
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    },
    body: JSON.stringify(body),
  };
}
