import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { accessKeyIdOf } from './iam/authorize.ts';

/** An error answer as the AWS SDKs read it. */
export class AwsError extends Error {
  readonly type: string;
  readonly status: number;
  /** Members of the answer beside `__type` and `message`. */
  readonly members: object;
  readonly headers: OutgoingHttpHeaders;

  /** @param type `NAMESPACE#Name`; the SDKs show what follows the `#`. */
  constructor(
    type: string,
    message: string,
    options: { status?: number; members?: object; headers?: OutgoingHttpHeaders } = {},
  ) {
    super(message);
    this.name = type.replace(/^.*#/, '');
    this.type = type;
    this.status = options.status ?? 400;
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
  }
}

export interface AwsJsonCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly accessKeyId: string | undefined;
  /** The Host header: what the caller reached this server by. */
  readonly host: string;
  /** Aborts when the caller has gone away. */
  readonly signal: AbortSignal;
  /** Ends the connection in place of an answer. */
  cutConnection(): void;
}

export interface HttpServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the protocols `application/x-amz-json-1.0` and `-1.1`: POST, operation in `X-Amz-Target`. */
export function startAwsJsonServer(options: {
  /** 0 takes a free one. */
  readonly port: number;
  /** For example `DynamoDB_20120810`. */
  readonly target: string;
  readonly answer: (call: AwsJsonCall) => Promise<object>;
}): Promise<HttpServer> {
  return startHttpServer(options.port, async (request, response) => {
    const [target, operation] = String(request.headers['x-amz-target'] ?? '').split('.');
    if (target !== options.target || operation === undefined) {
      throw unknownOperation(`${request.method} ${request.url} names no operation of ${options.target}`);
    }
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    const output = await options.answer({
      operation,
      input: parseInput(await readBody(request)),
      accessKeyId: accessKeyIdOf(request.headers),
      host: request.headers.host ?? '',
      signal: gone.signal,
      cutConnection: () => request.socket.destroy(),
    });
    send(response, 200, output);
  });
}

export function unknownOperation(message: string): AwsError {
  return new AwsError('com.amazon.coral.service#UnknownOperationException', message);
}

function parseInput(body: string): Record<string, unknown> {
  const input = parseJson(body);
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new AwsError('com.amazon.coral.service#SerializationException', 'The request body is not a JSON object');
  }
  return { ...input };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An idle connection outlives a frozen function's pauses, as at AWS: otherwise its next call would meet a dead socket. */
const KEEP_ALIVE_MS = 10 * 60_000;

export interface HttpServerOptions {
  /** How long a request may take to arrive; then it is answered with 408. Default 30,000. */
  readonly requestTimeoutMs?: number;
}

/** Listens on the loopback interface; whatever `handle` throws becomes an error answer. */
export async function startHttpServer(
  port: number,
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  { requestTimeoutMs = 30_000 }: HttpServerOptions = {},
): Promise<HttpServer> {
  const timeouts = { requestTimeout: requestTimeoutMs, connectionsCheckingInterval: requestTimeoutMs / 2 };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, ...timeouts }, (request, response) => {
    const answering = isLocal(request) ? handle(request, response) : Promise.reject(unknownHost());
    answering.catch((error: unknown) => {
      // Otherwise the caller has gone away while it was sending.
      if (request.complete || !response.destroyed) sendError(response, error);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

/** A page can have its own name lead to this machine, and would then be same-origin with what answers there. */
function isLocal({ headers }: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(headers.host ?? '');
}

function unknownHost(): AwsError {
  return new AwsError('AccessDeniedException', 'Only the hosts 127.0.0.1 and localhost are answered', { status: 403 });
}

function sendError(response: ServerResponse, error: unknown): void {
  if (error instanceof AwsError) {
    const { type, status, message, members, headers } = error;
    send(response, status, { __type: type, message, ...members }, { 'x-amzn-errortype': error.name, ...headers });
    return;
  }
  // A defect of the emulation, not of the caller: show it, as the SDK would only retry.
  console.error(error);
  send(response, 500, { __type: 'InternalFailure', message: String(error) });
}

function send(response: ServerResponse, status: number, body: object, headers: OutgoingHttpHeaders = {}): void {
  response
    .writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID(), ...headers })
    .end(JSON.stringify(body));
}

/** As much as DynamoDB takes, the most of the services. */
const BODY_LIMIT_BYTES = 16 * 1024 * 1024;

export async function readBody(request: IncomingMessage, limitBytes = BODY_LIMIT_BYTES): Promise<string> {
  const body = await readBytes(request, limitBytes);
  if (body !== 'too large') return body.toString();
  const message = `The request body is larger than ${limitBytes} bytes`;
  throw new AwsError('RequestEntityTooLargeException', message, { status: 413 });
}

export async function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer | 'too large'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped: to stop reading would reset the connection before the answer is sent.
    if (bytes <= limitBytes) chunks.push(chunk);
  }
  return bytes > limitBytes ? 'too large' : Buffer.concat(chunks);
}
