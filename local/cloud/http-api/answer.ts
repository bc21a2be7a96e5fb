import { validateHeaderName, validateHeaderValue } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: string | Buffer;
}

export function messageAnswer(status: number, message: string, headers: Record<string, string> = {}): Answer {
  const body = JSON.stringify({ message });
  return { status, headers: { 'content-type': 'application/json', ...headers }, cookies: [], body };
}

/** The gateway's own answers, in the words of AWS. */
export const answers = {
  badRequest: messageAnswer(400, 'Bad Request'),
  forbidden: messageAnswer(403, 'Forbidden'),
  notFound: messageAnswer(404, 'Not Found'),
  payloadTooLarge: messageAnswer(413, 'Request Entity Too Large', { connection: 'close' }),
  tooManyRequests: messageAnswer(429, 'Too Many Requests'),
  headersTooLarge: messageAnswer(431, 'Request Header Fields Too Large', { connection: 'close' }),
  internalServerError: messageAnswer(500, 'Internal Server Error'),
  serviceUnavailable: messageAnswer(503, 'Service Unavailable'),
};

/** Payload format 2.0: an object with a status code is an answer, any other JSON is the body of a 200. */
export function parseFunctionAnswer(payload: string): Answer {
  const value: unknown = JSON.parse(payload);
  if (typeof value !== 'object' || value === null || !('statusCode' in value)) {
    const body = typeof value === 'string' ? value : payload;
    return { status: 200, headers: { 'content-type': 'application/json' }, cookies: [], body };
  }
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded } = value as FunctionAnswer;
  const sent = { 'content-type': 'text/plain; charset=utf-8', ...headersWithoutCors(headers ?? {}) };
  const isAnswer = isStatus(statusCode) && typeof body === 'string' && Array.isArray(cookies) && areHeaders(sent);
  if (!isAnswer) return answers.internalServerError;
  return {
    status: statusCode,
    headers: sent,
    cookies: cookies.map(String),
    body: isBase64Encoded === true ? Buffer.from(body, 'base64') : body,
  };
}

interface FunctionAnswer {
  readonly statusCode: unknown;
  readonly headers?: Readonly<Record<string, unknown>> | null;
  readonly cookies?: unknown;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

function isStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 200 && value <= 599;
}

function areHeaders(headers: Readonly<Record<string, string>>): boolean {
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    return true;
  } catch {
    return false;
  }
}

/** CORS is the gateway's: what a function says about it is dropped. */
function headersWithoutCors(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), String(value)] as const)
      .filter(([name]) => !name.startsWith('access-control-')),
  );
}
