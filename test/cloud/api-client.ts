import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode } from '../../contract/errors.ts';

export interface SignedIn {
  readonly accessToken: string;
}

type Method = 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';

export interface Exchange {
  readonly send?: object;
  /** The status that the answer must have, or one of several. */
  readonly expect: number | readonly number[];
  readonly code?: ErrorCode;
}

export interface ApiClient {
  /** @throws Error naming the route and the answer, if it is not the expected one */
  call<Body = unknown>(as: SignedIn, route: `${Method} /${string}`, exchange: Exchange): Promise<Body>;
  requestCount(): number;
}

const LONGEST_ANSWER_MS = 60_000;
const MOST_TRIES = 6;

/** Waits and tries again as every client should: the API allows a user one request a second that calls IVS. */
export function createApiClient(apiUrl: string): ApiClient {
  let requests = 0;

  const call = async <Body>(as: SignedIn, route: `${Method} /${string}`, { send, expect, code }: Exchange) => {
    const expected = [expect].flat();
    for (let tries = 1; ; tries += 1) {
      requests += 1;
      const { response, body } = await request(apiUrl, as, route, send);
      const { status } = response;
      if (expected.includes(status) && (code === undefined || body.code === code)) return body as Body;
      const comesBack = status === 429 || status === 503;
      if (!comesBack || tries === MOST_TRIES) {
        throw new Error(
          `${route} answered ${describe(status, body)}, not ${expected.join(' or ')} ${code ?? ''}`.trim(),
        );
      }
      await sleep(Number(response.headers.get('retry-after') ?? 1) * 1_000);
    }
  };

  return { call, requestCount: () => requests };
}

type Body = Readonly<Record<string, unknown>>;

async function request(apiUrl: string, { accessToken }: SignedIn, route: string, send: object | undefined) {
  const [method = '', path = ''] = route.split(' ');
  const response = await fetch(`${apiUrl.replace(/\/$/, '')}${path}`, {
    method,
    headers: { authorization: `Bearer ${accessToken}`, ...(send && { 'content-type': 'application/json' }) },
    ...(send && { body: JSON.stringify(send) }),
    signal: AbortSignal.timeout(LONGEST_ANSWER_MS),
  });
  return { response, body: parse(await response.text()) };
}

function parse(text: string): Body {
  try {
    return Object(JSON.parse(text === '' ? '{}' : text)) as Body;
  } catch {
    return { message: 'something that is not JSON' };
  }
}

/** Only what a refusal says: whatever else is in an answer may be a secret. */
function describe(status: number, { code, detail, message, requestId }: Body): string {
  const said = [code, detail ?? message, requestId && `(request ${requestId})`];
  return [status, ...said].filter((part) => part !== undefined).join(' ');
}
