/** The HTTP API at a glance: which function answers which route. `lib/` deploys it, `http/<function>/` answers it. */
export interface Route {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';
  /** API Gateway path; a name in braces is a path parameter. */
  readonly path: string;
  /** Functions are divided by privilege, not by route. */
  readonly function: 'me' | 'tokens' | 'read' | 'moderation';
}

export const routes = [
  { method: 'GET', path: '/me/stage', function: 'me' },
  { method: 'PUT', path: '/me/stage', function: 'me' },
  { method: 'PATCH', path: '/me/stage', function: 'me' },
  { method: 'DELETE', path: '/me', function: 'me' },
  { method: 'GET', path: '/stages', function: 'read' },
  { method: 'GET', path: '/stages/{ownerId}', function: 'read' },
  { method: 'POST', path: '/stages/{ownerId}/tokens', function: 'tokens' },
  { method: 'POST', path: '/stages/{ownerId}/tokens/exchange', function: 'tokens' },
  { method: 'GET', path: '/stages/{ownerId}/participants', function: 'moderation' },
  { method: 'DELETE', path: '/stages/{ownerId}/participants/{participantId}', function: 'moderation' },
  { method: 'GET', path: '/me/stage/guests', function: 'moderation' },
  { method: 'PUT', path: '/me/stage/guests/{userId}', function: 'moderation' },
  { method: 'DELETE', path: '/me/stage/guests/{userId}', function: 'moderation' },
  { method: 'GET', path: '/stages/{ownerId}/bans', function: 'moderation' },
  { method: 'PUT', path: '/stages/{ownerId}/bans/{userId}', function: 'moderation' },
  { method: 'DELETE', path: '/stages/{ownerId}/bans/{userId}', function: 'moderation' },
  { method: 'GET', path: '/me/stage/ingests', function: 'me' },
  { method: 'POST', path: '/me/stage/ingests', function: 'me' },
  { method: 'DELETE', path: '/me/stage/ingests/{ingestId}', function: 'me' },
] as const satisfies readonly Route[];

type RouteRow = (typeof routes)[number];

/** The `routeKey`s that API Gateway sends to one function, for example `PUT /me/stage`. */
export type RouteKey<F extends Route['function']> =
  Extract<RouteRow, { function: F }> extends infer R
    ? R extends Route
      ? `${R['method']} ${R['path']}`
      : never
    : never;
