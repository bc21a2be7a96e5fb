import { connect } from 'node:net';

/** A request as bytes, for what no well-behaved client sends. */
export interface RawRequest {
  readonly method: string;
  /** Path and query, as they are sent. */
  readonly target: string;
  /** In this order, and as often. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Buffer;
}

export interface RawAnswer {
  /** 0: the connection was ended without an answer. */
  readonly status: number;
  /** As they came; repeated ones too. */
  readonly headerLines: readonly string[];
  readonly body: string;
}

/** Nothing here takes so long: the server keeps neither its word nor the connection. */
const LONGEST_MS = 60_000;

/** Sends the bytes over a connection of their own. A body comes with its length, unless the headers say one. */
export async function sendRaw(url: string, { method, target, headers, body = '' }: RawRequest): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(url);
  const names = headers.map(([name]) => name.toLowerCase());
  const own: (readonly [string, string])[] = [
    ...(names.includes('host') ? [] : [['host', host] as const]),
    ['connection', 'close'],
    ...(names.some((name) => /^(content-length|transfer-encoding)$/.test(name))
      ? []
      : [['content-length', String(Buffer.byteLength(body))] as const]),
  ];
  const lines = [...own, ...headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const socket = connect(Number(port), hostname);
  socket.setTimeout(LONGEST_MS, () => socket.destroy(new Error(`no answer to ${method} ${target}`)));
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    if (isComplete(Buffer.concat(chunks).toString('latin1'))) socket.destroy();
  });
  let broken: Error | undefined;
  socket.on('error', (error: NodeJS.ErrnoException) => {
    // A server that refuses early may cut the connection while the body is still under way.
    if (!['ECONNRESET', 'EPIPE'].includes(error.code ?? '')) broken = error;
  });
  socket.write(Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines}\r\n`, 'latin1'), toBuffer(body)]));
  await new Promise((resolve) => socket.once('close', resolve));
  if (broken) throw broken;
  return parse(Buffer.concat(chunks));
}

const toBuffer = (body: string | Buffer): Buffer => (typeof body === 'string' ? Buffer.from(body) : body);

function isComplete(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  if (/^HTTP\/1\.1 (1\d\d|204|304)/.test(text)) return true;
  const head = text.slice(0, end);
  if (isChunked(head)) return text.endsWith('\r\n0\r\n\r\n');
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  return length !== undefined && text.length >= end + 4 + Number(length);
}

const isChunked = (head: string): boolean => /\r\ntransfer-encoding: *chunked/i.test(head);

function parse(bytes: Buffer): RawAnswer {
  const text = bytes.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const head = text.slice(0, Math.max(0, end));
  const [statusLine = '', ...headerLines] = head.split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1] ?? 0);
  const body = bytes.subarray(end + 4);
  return { status, headerLines, body: (isChunked(head) ? joinChunks(body) : body).toString() };
}

function joinChunks(body: Buffer): Buffer {
  const lineEnd = body.indexOf('\r\n');
  const length = Number.parseInt(body.subarray(0, Math.max(0, lineEnd)).toString('latin1'), 16);
  if (!length) return Buffer.alloc(0);
  const start = lineEnd + 2;
  return Buffer.concat([body.subarray(start, start + length), joinChunks(body.subarray(start + length + 2))]);
}
