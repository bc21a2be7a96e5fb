import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  asApiError,
  bodyTooLarge,
  malformedRequest,
  methodNotAllowed,
  notEmulated,
  unknownOperation,
} from './errors.ts';
import { isEmulated, operationsNotEmulated } from './operations/operations.ts';
import type { CallRequest, Outcome } from './perform-call.ts';
import { isObject } from './validate.ts';

export interface Handlers {
  perform(request: CallRequest): Promise<Outcome>;
  administer(method: string, path: string, body: Record<string, unknown>): object;
  /** Whether the request is the media plane's, which then answers it. */
  media(request: IncomingMessage, response: ServerResponse): boolean;
}

const maxBodyBytes = 1024 * 1024;

export function createIvsServer(handlers: Handlers): Server {
  return createServer((request, response) => {
    if (!isLocal(request)) return void send(response, 403, { message: 'Only 127.0.0.1 and localhost are answered' });
    if (!handlers.media(request, response)) void answer(handlers, request, response);
  });
}

/** A page can have its own name lead to this machine, and would then be same-origin with what answers there. */
function isLocal({ headers }: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(headers.host ?? '');
}

async function answer(handlers: Handlers, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const outcome = await route(handlers, request);
    if (outcome.kind === 'answer') send(response, 200, outcome.output);
    if (outcome.kind === 'cut') request.socket.destroy();
  } catch (thrown) {
    // The client went away in the middle of its request.
    if (request.errored) return;
    const { name, status, message } = asApiError(thrown);
    response.setHeader('x-amzn-errortype', name);
    // The model calls the member exceptionMessage; the SDK shows what it finds in message.
    send(response, status, { message, exceptionMessage: message });
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID() });
  response.end(JSON.stringify(body));
}

async function route(handlers: Handlers, request: IncomingMessage): Promise<Outcome> {
  const { method = '', url = '' } = request;
  const [path = '', query = ''] = url.split('?', 2);
  const bytes = await readBody(request);
  if (path.startsWith('/_emulator/')) {
    return { kind: 'answer', output: handlers.administer(method, path, parseBody(bytes)) };
  }

  const body = parseBody(bytes, dropNulls);

  const accessKeyId = /Credential=([^/,\s]+)\//.exec(request.headers.authorization ?? '')?.[1];
  const taggedArn = /^\/tags\/([^/]+)$/.exec(path)?.[1];
  const { operation, input } =
    taggedArn === undefined
      ? routeOperation(method, path, body)
      : routeTags(method, decodePathSegment(taggedArn), new URLSearchParams(query), body);
  return handlers.perform({ operation, input, accessKeyId });
}

type Route = Omit<CallRequest, 'accessKeyId'>;

function routeOperation(method: string, path: string, body: Record<string, unknown>): Route {
  const operation = path.slice(1);
  if (operationsNotEmulated.has(operation)) throw notEmulated(operation);
  // Operations on tags have a path of their own.
  if (!isEmulated(operation) || operation.includes('Tag')) throw unknownOperation(`${method} ${path}`);
  if (method !== 'POST') throw methodNotAllowed(`${method} ${path}`);
  return { operation, input: body };
}

function routeTags(method: string, resourceArn: string, query: URLSearchParams, body: Record<string, unknown>): Route {
  if (method === 'POST') return { operation: 'TagResource', input: { ...body, resourceArn } };
  if (method === 'GET') return { operation: 'ListTagsForResource', input: { resourceArn } };
  if (method !== 'DELETE') throw methodNotAllowed(`${method} /tags/${resourceArn}`);
  const tagKeys = query.getAll('tagKeys');
  return { operation: 'UntagResource', input: tagKeys.length > 0 ? { resourceArn, tagKeys } : { resourceArn } };
}

export function decodePathSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw malformedRequest('The path is not percent-encoded UTF-8');
  }
}

/** Reads an oversized body to its end without keeping it: an answer sent before that may never reach the client. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  if (bytes > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
  return Buffer.concat(chunks);
}

type Reviver = (key: string, value: unknown) => unknown;

/** A null member is an absent one, as on AWS. */
const dropNulls: Reviver = (_key, value) => value ?? undefined;

function parseBody(body: Buffer, reviver?: Reviver): Record<string, unknown> {
  if (body.length === 0) return {};
  const parsed = parseJson(body, reviver);
  if (!isObject(parsed)) throw malformedRequest('The request body is not a JSON object');
  return parsed;
}

function parseJson(body: Buffer, reviver?: Reviver): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body), reviver);
  } catch {
    throw malformedRequest('The request body is not JSON in UTF-8');
  }
}
