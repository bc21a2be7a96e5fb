import fc from 'fast-check';
import { routes } from '../../../lambdas/routes.ts';
import type { User } from '../../support/local-system.ts';
import type { RawRequest } from '../../support/raw-request.ts';
import { NASTY_TEXTS, nastyBody, nastyField, nastyText } from '../nasty-values.ts';
import { tamperedCursor } from '../tampered-cursors.ts';
import { FRAMINGS, HEADER_NAMES, PATH_TRICKS } from './http-tricks.ts';
import type { Siege } from './siege.ts';

export const HTTP_KINDS = [
  'forged access tokens',
  'headers and framing',
  'paths',
  'queries and cursors',
  'bodies',
  'ids of others',
  'participant tokens at the exchange',
] as const;
export type HttpKind = (typeof HTTP_KINDS)[number];

/** One request of an intruder. */
export interface Intrusion {
  readonly kind: HttpKind;
  readonly routeKey: string;
  readonly caller: Pick<User, 'userId'>;
  /** Whose stage the path names, before anything was done to it. */
  readonly ownerId: string;
  readonly request: RawRequest;
}

const routeKeys = routes.map(({ method, path }) => `${method} ${path}`);
const EXCHANGE = 'POST /stages/{ownerId}/tokens/exchange';
const CURSORS = ['2026-01-01T00:00:00.000Z#somebody', 'somebody'].map((text) =>
  Buffer.from(text).toString('base64url'),
);

/** Requests of every kind; each is in order but for what its kind says. */
export function intrusions(siege: Siege): fc.Arbitrary<Intrusion> {
  const on = (
    kind: HttpKind,
    chosen: readonly string[],
    spoil: (base: Intrusion) => fc.Arbitrary<Partial<RawRequest>>,
  ): fc.Arbitrary<Intrusion> =>
    ordinary(siege, chosen).chain((base) =>
      spoil(base).map((change) => ({ ...base, kind, request: { ...base.request, ...change } })),
    );
  const listing = routeKeys.filter((key) => /^GET/.test(key));
  const withBody = routeKeys.filter((key) => /^(PUT|POST|PATCH)/.test(key));
  const forged = fc.constantFrom(...Object.values(siege.forgedAccessTokens));
  const exchange = fc.record(
    {
      token: fc.constantFrom(...siege.participantTokens).map(({ token }) => token),
      capabilities: fc.constantFrom(['PUBLISH_AUDIO', 'PUBLISH_VIDEO'], ['SUBSCRIBE_AUDIO']),
    },
    { requiredKeys: ['token'] },
  );
  return fc.oneof(
    on('forged access tokens', routeKeys, () =>
      fc.tuple(forged, bearer).map(([token, said]) => ({ headers: said(token) })),
    ),
    on('headers and framing', routeKeys, ({ request }) => hostileHeaders(request)),
    on('paths', routeKeys, ({ request }) => hostileTarget(request.target)),
    on('queries and cursors', listing, ({ request }) =>
      hostileQuery.map((query) => ({ target: `${request.target.split('?')[0]}?${query}` })),
    ),
    on('bodies', withBody, ({ request }) => hostileBody(request)),
    on('ids of others', routeKeys, () => fc.constant({})),
    on('participant tokens at the exchange', [EXCHANGE], () =>
      exchange.map((body) => ({ body: JSON.stringify(body) })),
    ),
  );
}

const ordinary = ({ intruders, guest, ids, partIds }: Siege, chosen: readonly string[]): fc.Arbitrary<Intrusion> =>
  fc
    .record({
      routeKey: fc.constantFrom(...chosen),
      caller: fc.constantFrom(...intruders, guest),
      ownerId: fc.constantFrom(...ids),
      userId: fc.constantFrom(...ids),
      partId: fc.constantFrom(...partIds),
    })
    .map(({ routeKey, caller, ownerId, userId, partId }) => {
      const [method = '', path = ''] = routeKey.split(' ');
      const target = path
        .replace('{ownerId}', ownerId)
        .replace('{userId}', userId)
        .replace(/\{\w+\}/, partId)
        .replace(/^\/stages$/, '/stages?live=true');
      const headers = [['authorization', `Bearer ${caller.accessToken}`] as const, JSON_TYPE];
      return { kind: 'ids of others', routeKey, caller, ownerId, request: { method, target, headers } };
    });

const JSON_TYPE = ['content-type', 'application/json'] as const;

type Headers = RawRequest['headers'];

/** Ways to say a token. */
const bearer = fc.constantFrom<((token: string) => Headers)[]>(
  (token) => [['Authorization', `Bearer ${token}`]],
  (token) => [['authorization', token]],
  (token) => [['AUTHORIZATION', `bearer   ${token}`]],
  (token) => [['authorization', `Basic ${token}`]],
  (token) => [
    ['authorization', `Bearer ${token}`],
    ['authorization', `Bearer ${token}`],
  ],
  (token) => [['authorization', `Bearer "${token}"`]],
  (token) => [['authorization', `Bearer ${token}, Bearer ${token}`]],
  (token) => [
    ['x-authorization', `Bearer ${token}`],
    ['cookie', `token=${token}`],
  ],
);

/** Printable, or not: as bytes of Latin-1, which is all that a header can hold. */
const headerValue = fc.oneof(
  fc.constantFrom(...NASTY_TEXTS),
  fc.constantFrom(
    '\tx',
    'x\r\n folded',
    'x\rx-injected: yes',
    'x\nx-injected: yes',
    'a'.repeat(11_000),
    '\u007f\u0080',
  ),
);

const hostileHeaders = ({ headers, method }: RawRequest): fc.Arbitrary<Partial<RawRequest>> =>
  fc.oneof(
    fc
      .array(fc.tuple(fc.constantFrom(...HEADER_NAMES), headerValue), { minLength: 1, maxLength: 3 })
      .map((more) => ({ headers: [...headers, ...more] })),
    fc.constantFrom<(readonly (readonly [string, string])[])[]>(...FRAMINGS).map((framing) => ({
      headers: [...headers, ...framing],
      body: '{}',
    })),
    fc
      .constantFrom('get', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'PROPFIND', 'QUERY', 'G\tET', 'PRI', '')
      .map((other) => ({
        method: other,
        headers: [...headers, ['x-http-method-override', method] as const],
      })),
  );

const hostileTarget = (target: string): fc.Arbitrary<Partial<RawRequest>> =>
  fc
    .tuple(fc.constantFrom<((path: string) => string)[]>(...PATH_TRICKS), nastyText, fc.nat({ max: 6 }), fc.boolean())
    .map(([trick, text, place, replacesSegment]) => {
      const segments = target.split('/');
      const encoded = encodeURIComponent(text.toWellFormed());
      if (replacesSegment) segments[1 + (place % (segments.length - 1))] = encoded;
      return { target: trick(segments.join('/')) };
    });

const hostileQuery = fc.oneof(
  fc
    .array(fc.tuple(nastyField, nastyText), { maxLength: 4 })
    .map((pairs) =>
      pairs
        .map(
          ([name, value]) => `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
        )
        .join('&'),
    ),
  fc
    .tuple(fc.constantFrom('', 'live=true&'), tamperedCursor(CURSORS))
    .map(([before, cursor]) => `${before}cursor=${encodeURIComponent(cursor.toWellFormed())}`),
  fc.constantFrom(
    'live=true&live=true',
    'live=true&limit=1&limit=2',
    'live=true&',
    '&&&',
    'live',
    '=true',
    '%',
    'live=%ff',
    'live=true&cursor[]=x',
    'live=true;limit=1',
  ),
);

const hostileBody = ({ headers }: RawRequest): fc.Arbitrary<Partial<RawRequest>> =>
  fc
    .tuple(
      nastyBody,
      fc.constantFrom(
        'application/json',
        'text/plain',
        'application/octet-stream',
        'multipart/form-data',
        'application/json; charset=utf-7',
        'x',
      ),
      fc.constantFrom<BufferEncoding[]>('utf8', 'utf16le', 'latin1'),
    )
    .map(([body, type, encoding]) => ({
      headers: [...headers.filter(([name]) => name !== 'content-type'), ['content-type', type] as const],
      body: Buffer.from(body, encoding),
    }));
