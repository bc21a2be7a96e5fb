import { type Route, routes } from '../../lambdas/routes.ts';

export const KINDS = [
  'bodies of wrong types, depth and size',
  'fields that nobody may set',
  'ids of others',
  'ids that are none',
  'queries',
  'cursors, tampered with or of others',
  'claims of the caller',
  'participant tokens at the exchange',
  'headers',
] as const;
export type Kind = (typeof KINDS)[number];

/** One request as API Gateway would hand it to a function. */
export interface HostileCase {
  readonly kind: Kind;
  readonly routeKey: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export const routeKeys: readonly string[] = routes.map(({ method, path }) => `${method} ${path}`);

export function functionOf(routeKey: string): Route['function'] {
  const route = routes.find(({ method, path }) => `${method} ${path}` === routeKey);
  if (!route) throw new Error(`there is no route ${routeKey}`);
  return route.function;
}

/** What the body holds, as far as it can be read; no body is an empty object. */
export function readBody({ body = '', isBase64Encoded = false }: HostileCase): unknown {
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
  try {
    return text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    // Not JSON: the function has to say so.
    return undefined;
  }
}
