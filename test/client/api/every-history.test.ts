import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createStagedoorApi } from '../../../client/api/create-stagedoor-api.ts';
import type { StagedoorApi } from '../../../client/api/stagedoor-api.ts';
import { WaitsClock } from './waits-clock.ts';

const calls = {
  getMyStage: (api) => api.getMyStage(),
  issueToken: (api) => api.issueToken('ada'),
  invite: (api) => api.invite('grace'),
  kick: (api) => api.kick('ada', 'p1'),
  openIngest: (api) => api.openIngest(),
} as const satisfies Readonly<Record<string, (api: StagedoorApi) => Promise<unknown>>>;

/** What becomes of one try. Without a request id it is the gateway's answer, and without a status it is lost. */
interface Fate {
  readonly status: number | null;
  readonly code: string | null;
  readonly retryAfter: number | null;
}

const fates = fc.record<Fate>({
  status: fc.constantFrom(null, 200, 204, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504),
  code: fc.constantFrom(null, 'RATE_LIMITED', 'UPSTREAM_THROTTLED', 'STAGE_NOT_READY', 'NOT_FOUND', 'NEW_CODE'),
  retryAfter: fc.constantFrom(null, 0, 1, 10, 11, 600),
});

function answer({ status, code, retryAfter }: Fate): Response {
  if (status === null) throw new TypeError('Failed to fetch');
  const body = code === null ? { message: 'Sorry' } : { code, detail: 'because', requestId: 'r' };
  return new Response(status === 204 ? null : JSON.stringify(body), {
    status,
    headers: retryAfter === null ? {} : { 'retry-after': String(retryAfter) },
  });
}

/** Nothing was done for the caller: the API or the gateway said so. */
const isRefused = ({ status, code }: Fate): boolean =>
  status === 401 || status === 429 || (status === 503 && code !== null);

it('makes three tries at most, waits 10 s at most, and repeats what is unsafe only when nothing came of it', async () => {
  const histories = fc.tuple(fc.constantFrom(...(Object.keys(calls) as (keyof typeof calls)[])), fc.array(fates));
  await fc.assert(
    fc.asyncProperty(histories, async ([name, script]) => {
      const clock = new WaitsClock();
      const lived: Fate[] = [];
      const api = createStagedoorApi({
        url: 'https://api.example',
        getAccessToken: async () => 'token',
        clock,
        timeoutMs: clock.timeoutMs,
        fetch: async () => {
          const fate = script[lived.length] ?? { status: 200, code: null, retryAfter: null };
          lived.push(fate);
          return answer(fate);
        },
      });
      const isDone = await calls[name](api).then(
        () => true,
        () => false,
      );
      expect(lived.length).toBeLessThanOrEqual(3);
      expect(Math.max(0, ...clock.waits)).toBeLessThanOrEqual(10_000);
      expect(clock.openLimits).toBe(0);
      if (name === 'openIngest') expect(lived.slice(0, -1).every(isRefused)).toBe(true);
      if (isDone && name !== 'kick') expect(lived.at(-1)?.status).toBeLessThan(300);
    }),
    { numRuns: 2000 },
  );
});
