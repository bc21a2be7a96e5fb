import type { IncomingMessage } from 'node:http';
import type { Answer } from './answer.ts';

export interface CorsConfiguration {
  readonly allowCredentials: boolean;
  readonly allowHeaders: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowOrigins: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds: number | undefined;
}

/** Headers for an answer to this origin; none when the API has no CORS or does not allow the origin. */
export function corsHeaders(cors: CorsConfiguration | undefined, origin: string | undefined): Record<string, string> {
  if (cors === undefined || origin === undefined) return {};
  const allowed = ['*', origin].find((candidate) => cors.allowOrigins.includes(candidate));
  if (allowed === undefined) return {};
  return {
    'access-control-allow-origin': allowed,
    vary: 'origin',
    ...(cors.allowCredentials && { 'access-control-allow-credentials': 'true' }),
    ...(cors.exposeHeaders.length > 0 && { 'access-control-expose-headers': cors.exposeHeaders.join(',') }),
  };
}

/** The gateway answers a preflight itself, before routes and authorizers are looked at. */
export function answerPreflight(cors: CorsConfiguration, { method, headers }: IncomingMessage): Answer | undefined {
  const isPreflight = method === 'OPTIONS' && headers.origin && headers['access-control-request-method'];
  if (!isPreflight) return undefined;
  const isAllowed = Object.keys(corsHeaders(cors, headers.origin)).length > 0;
  return {
    status: 204,
    headers: isAllowed
      ? {
          'access-control-allow-methods': cors.allowMethods.join(','),
          'access-control-allow-headers': cors.allowHeaders.join(','),
          ...(cors.maxAgeSeconds !== undefined && { 'access-control-max-age': String(cors.maxAgeSeconds) }),
        }
      : {},
    cookies: [],
    body: '',
  };
}
