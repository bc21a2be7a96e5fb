import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type HttpServer, readBytes, startHttpServer } from '../aws-json-server.ts';
import type { InvokeResult } from '../lambda/index.ts';
import { type Answer, answers, parseFunctionAnswer } from './answer.ts';
import { createAuthorizer } from './authorizer.ts';
import { answerPreflight, type CorsConfiguration, corsHeaders } from './cors.ts';
import { createEvent } from './event.ts';
import { createRouter, type FindRoute, type RouteDefinition } from './routes.ts';
import { createThrottle } from './throttle.ts';

export type { RouteDefinition } from './routes.ts';

export interface HttpApiDefinition {
  readonly apiId: string;
  readonly routes: readonly RouteDefinition[];
  readonly cors?: CorsConfiguration;
  /** Requests a second, and the size of the bucket they are taken from. */
  readonly rateLimit: number;
  readonly burstLimit: number;
}

export interface HttpApiOptions {
  /** Default 0: any free port. */
  readonly port?: number;
  readonly accountId: string;
  readonly definition: HttpApiDefinition;
  readonly invoke: (functionArn: string, event: unknown) => Promise<InvokeResult>;
  /** Says why a request was refused or failed, which the answer to the caller does not. */
  readonly log: (line: string) => void;
  readonly now?: () => number;
  /** How long to wait for a function; default 30,000, as on AWS. */
  readonly integrationTimeoutMs?: number;
}

/** Request line and headers together, as AWS counts them. */
const HEADER_LIMIT_BYTES = 10_240;
const PAYLOAD_LIMIT_BYTES = 10 * 1024 * 1024;

/** An API Gateway HTTP API with Lambda integrations (payload format 2.0) and JWT authorizers. */
export function startHttpApi(options: HttpApiOptions): Promise<HttpServer> {
  const { definition, log, now = Date.now } = options;
  const context: RequestContext = {
    ...options,
    now,
    findRoute: createRouter(definition.routes),
    authorize: createAuthorizer(now),
    takeToken: createThrottle(definition, now),
  };
  return startHttpServer(options.port ?? 0, async (request, response) => {
    const requestId = randomUUID();
    const answer = await answerRequest(context, request, requestId).catch((error: unknown) => {
      log(`${request.method} ${request.url}: ${error}`);
      return answers.internalServerError;
    });
    send(response, answer, { ...corsHeaders(definition.cors, request.headers.origin), 'apigw-requestid': requestId });
  });
}

interface RequestContext extends HttpApiOptions {
  readonly now: () => number;
  readonly findRoute: FindRoute;
  readonly authorize: ReturnType<typeof createAuthorizer>;
  readonly takeToken: () => boolean;
}

async function answerRequest(context: RequestContext, request: IncomingMessage, requestId: string): Promise<Answer> {
  const { definition, log } = context;
  if (headerBytes(request) > HEADER_LIMIT_BYTES) return answers.headersTooLarge;
  const preflight = definition.cors && answerPreflight(definition.cors, request);
  if (preflight) return preflight;
  const body = await readBytes(request, PAYLOAD_LIMIT_BYTES);
  if (body === 'too large') return answers.payloadTooLarge;
  if (!context.takeToken()) return answers.tooManyRequests;
  const [path = ''] = request.url?.split('?') ?? [];
  if (!isWellEncoded(path)) return answers.badRequest;
  const match = context.findRoute(request.method ?? '', path);
  if (match === undefined) return answers.notFound;
  const access = await context.authorize(match.route, request.headersDistinct.authorization?.join(','));
  if ('refused' in access) {
    log(`${match.route.routeKey}: ${access.reason}`);
    return access.refused;
  }
  const event = createEvent({ ...context, apiId: definition.apiId, request, requestId, body, match, access });
  return invokeFunction(context, match.route, event);
}

async function invokeFunction(context: RequestContext, route: RouteDefinition, event: unknown): Promise<Answer> {
  const { invoke, log, integrationTimeoutMs = 30_000 } = context;
  const timer = new AbortController();
  try {
    const result = await Promise.race([
      invoke(route.functionArn, event),
      delay(integrationTimeoutMs, 'timeout' as const, { signal: timer.signal }),
    ]);
    if (result === 'timeout') return answers.serviceUnavailable;
    if ('payload' in result) return parseFunctionAnswer(result.payload);
    log(`${route.routeKey}: ${result.error.errorType}: ${result.error.errorMessage}`);
    return answers.internalServerError;
  } finally {
    timer.abort();
  }
}

function isWellEncoded(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function headerBytes({ method = '', url = '', rawHeaders }: IncomingMessage): number {
  const requestLine = `${method} ${url} HTTP/1.1\r\n`;
  // Each name and value comes with two bytes: a colon and space, or the end of the line.
  return rawHeaders.reduce((bytes, part) => bytes + Buffer.byteLength(part, 'latin1') + 2, requestLine.length);
}

function send(
  response: ServerResponse,
  { status, headers, cookies, body }: Answer,
  added: Record<string, string>,
): void {
  response.writeHead(status, { ...headers, ...added, ...(cookies.length > 0 && { 'set-cookie': [...cookies] }) });
  response.end(body);
}
