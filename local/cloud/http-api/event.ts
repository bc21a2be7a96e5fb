import type { IncomingMessage } from 'node:http';
import type { Access } from './authorizer.ts';
import type { RouteMatch } from './routes.ts';

export interface EventSource {
  readonly accountId: string;
  readonly apiId: string;
  readonly request: IncomingMessage;
  readonly requestId: string;
  readonly body: Buffer;
  readonly match: RouteMatch;
  readonly access: Access;
  readonly now: () => number;
}

/** The event of payload format 2.0. */
export function createEvent({ accountId, apiId, request, requestId, body, match, access, now }: EventSource) {
  const { method = '', url = '', headers } = request;
  const [path = '', rawQueryString = ''] = splitOnce(url, '?');
  const rawPath = decodeURIComponent(path);
  const { routeKey } = match.route;
  const timeEpoch = now();
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    ...(headers.cookie !== undefined && { cookies: headers.cookie.split(/;\s*/) }),
    headers: joinedHeaders(request),
    ...optional('queryStringParameters', joinedQuery(rawQueryString)),
    ...optional('pathParameters', match.pathParameters),
    requestContext: {
      accountId,
      apiId,
      ...(access.jwt && { authorizer: { jwt: access.jwt } }),
      domainName: headers.host ?? '',
      domainPrefix: apiId,
      http: {
        method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey,
      stage: '$default',
      time: commonLogTime(timeEpoch),
      timeEpoch,
    },
    ...encodeBody(body, headers['content-type']),
  };
}

/** Repeated headers are joined by commas; cookies are a list of their own. */
function joinedHeaders({ headersDistinct }: IncomingMessage): Record<string, string> {
  const headers = Object.entries(headersDistinct).filter(([name]) => name !== 'cookie');
  return Object.fromEntries(headers.map(([name, values = []]) => [name, values.join(',')]));
}

function joinedQuery(rawQueryString: string): Record<string, string> {
  const query = new URLSearchParams(rawQueryString);
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name).join(',')]));
}

function optional(name: string, members: Readonly<Record<string, string>>) {
  return Object.keys(members).length > 0 ? { [name]: members } : {};
}

const TEXT_TYPE = /^(text\/.*|application\/(json|javascript|xml|[^;]*\+json|[^;]*\+xml))\s*(;|$)/i;

function encodeBody(body: Buffer, contentType = 'text/plain') {
  if (body.length === 0) return { isBase64Encoded: false };
  const isBase64Encoded = !TEXT_TYPE.test(contentType);
  return { body: body.toString(isBase64Encoded ? 'base64' : 'utf8'), isBase64Encoded };
}

/** For example `12/Mar/2026:19:03:58 +0000`. */
function commonLogTime(epochMs: number): string {
  const [, day, month, year, time] = new Date(epochMs).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + separator.length)];
}
