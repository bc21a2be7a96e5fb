import type { Context } from 'aws-lambda';
import type { HttpEvent, HttpResponse } from '../../lambdas/middleware/http-event.ts';

export interface EventParts {
  readonly userId?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly body?: string;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly isBase64Encoded?: boolean;
}

/** An HTTP API event (payload 2.0) with the parts that a test is about. */
export function httpEvent(routeKey: string, parts: EventParts = {}): HttpEvent {
  const { userId = 'ada', claims, body, pathParameters, query, isBase64Encoded = false } = parts;
  const [method = 'GET', path = '/'] = routeKey.split(' ');
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers: {},
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      authorizer: {
        principalId: '',
        integrationLatency: 0,
        jwt: { claims: { sub: userId, token_use: 'access', ...claims } as Record<string, string>, scopes: [] },
      },
      domainName: 'api.invalid',
      domainPrefix: 'api',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: 'request-1',
      routeKey,
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 0,
    },
    isBase64Encoded,
    ...(body !== undefined && { body }),
    ...(pathParameters && { pathParameters }),
    ...(query && { queryStringParameters: query }),
  };
}

export type LambdaFunction = (event: HttpEvent, context: Context) => Promise<HttpResponse>;

/** Calls a function as API Gateway does, and reads its answer. */
export async function call(fn: LambdaFunction, routeKey: string, parts?: EventParts) {
  const { statusCode, headers = {}, body = '' } = await fn(httpEvent(routeKey, parts), {} as Context);
  return { status: statusCode, headers, body: JSON.parse(body || '{}') as Record<string, unknown> };
}
