import fc from 'fast-check';
import { CAPABILITIES } from '../../lambdas/stages/access/capabilities.ts';
import { BODY_FIELDS } from './border.ts';
import { IDS, MOD, USERS } from './cast.ts';
import { type HostileCase, type Kind, routeKeys } from './hostile-case.ts';
import { NASTY_TEXTS, nastyBody, nastyField, nastyText, nastyValue } from './nasty-values.ts';
import { tamperedCursor } from './tampered-cursors.ts';
import type { TokenAtHand } from './tokens-at-hand.ts';

export interface AtHand {
  readonly tokens: readonly TokenAtHand[];
  /** Cursors that pages answered to those who may see them. */
  readonly cursors: readonly string[];
  readonly ingestIds: readonly string[];
  readonly participantIds: readonly string[];
}

const capabilities = fc.subarray([...CAPABILITIES], { minLength: 1 });
const endTime = fc.constantFrom('2026-01-01T02:00:00Z', '2026-01-01T00:01:30.000Z', '2030-01-01T00:00:00.000Z');

/** Requests of every kind. Each is in order but for what its kind says, so that it gets past the first check. */
export function hostileCases(atHand: AtHand): fc.Arbitrary<HostileCase> {
  const ordinary = ordinaryRequests(atHand);
  const on = (
    kind: Kind,
    routes: readonly string[],
    spoil: (base: HostileCase) => fc.Arbitrary<Partial<HostileCase>>,
  ) => ordinary(routes).chain((base) => spoil(base).map((change) => ({ ...base, ...change, kind })));
  const withBody = Object.keys(BODY_FIELDS);
  const withIds = routeKeys.filter((key) => key.includes('{'));
  const listing = routeKeys.filter((key) => /GET .*(stages|guests|bans|participants)$/.test(key));
  return fc.oneof(
    on('bodies of wrong types, depth and size', withBody, () => hostileBody),
    on('fields that nobody may set', [...withBody, 'PUT /me/stage'], ({ body }) => moreFields(body)),
    on('ids of others', routeKeys, () => fc.constant({})),
    on('ids that are none', withIds, ({ pathParameters }) => noIds(pathParameters)),
    on('queries', listing, () => hostileQuery.map((query) => ({ query }))),
    on('cursors, tampered with or of others', listing, () => cursorQuery(atHand)),
    on('claims of the caller', routeKeys, () => hostileClaims.map((claims) => ({ claims }))),
    on('participant tokens at the exchange', [EXCHANGE], () => fc.constant({})),
    on('headers', routeKeys, () => hostileHeaders.map((headers) => ({ headers }))),
  );
}

const EXCHANGE = 'POST /stages/{ownerId}/tokens/exchange';

/** What a client would send, by anybody about anybody. */
function ordinaryRequests({ tokens, ingestIds, participantIds }: AtHand) {
  const bodies: Readonly<Record<string, fc.Arbitrary<object>>> = {
    'PATCH /me/stage': fc.record({ visibility: fc.constantFrom('public', 'invited') }),
    'PUT /me/stage/guests/{userId}': fc.record({ capabilities, expiresAt: endTime }, { requiredKeys: [] }),
    'POST /me/stage/ingests': fc.record({ protocol: fc.constantFrom('RTMP', 'RTMPS') }, { requiredKeys: [] }),
    'POST /stages/{ownerId}/tokens': fc.record(
      { capabilities, durationMinutes: fc.integer({ min: 1, max: 20_160 }) },
      { requiredKeys: [] },
    ),
    [EXCHANGE]: fc.record(
      { token: fc.constantFrom(...tokens).map(({ token }) => token), capabilities },
      { requiredKeys: ['token'] },
    ),
    'PUT /stages/{ownerId}/bans/{userId}': fc.record({ expiresAt: endTime }, { requiredKeys: [] }),
  };
  const ids = fc.record({
    ownerId: fc.constantFrom(...IDS),
    userId: fc.constantFrom(...IDS),
    participantId: fc.constantFrom(...participantIds),
    ingestId: fc.constantFrom(...ingestIds),
  });
  return (routes: readonly string[]) =>
    fc.tuple(fc.constantFrom(...routes), fc.constantFrom(...USERS), ids).chain(([routeKey, userId, path]) =>
      (bodies[routeKey] ?? fc.constant(undefined)).map((body): Omit<HostileCase, 'kind'> & { kind: Kind } => ({
        kind: 'ids of others',
        routeKey,
        claims: claimsOf(userId),
        pathParameters: path,
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(routeKey === 'GET /stages' && { query: { live: 'true' } }),
      })),
    );
}

const claimsOf = (sub: string) => ({
  sub,
  token_use: 'access',
  ...(sub === MOD && { 'cognito:groups': '[moderators]' }),
});

const hostileBody = fc
  .record({ body: nastyBody, isEncoded: fc.boolean() })
  .map(({ body, isEncoded }) =>
    isEncoded ? { body: Buffer.from(body).toString('base64'), isBase64Encoded: true } : { body },
  );

/** Members are put in as text: a `__proto__` among them has to arrive. */
const moreFields = (body = '{}') =>
  fc.array(fc.tuple(nastyField, nastyValue), { minLength: 1, maxLength: 3 }).map((fields) => {
    const more = fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
    return { body: `{${[body.slice(1, -1), ...more].filter((part) => part !== '').join(',')}}` };
  });

const noIds = (pathParameters: HostileCase['pathParameters']) =>
  fc
    .record(
      { ownerId: nastyText, userId: nastyText, participantId: nastyText, ingestId: nastyText },
      { requiredKeys: [] },
    )
    .map((ids) => ({ pathParameters: { ...pathParameters, ...ids } }));

const hostileQuery = fc.oneof(
  fc.record(
    {
      live: fc.constantFrom('true', 'false', 'true,true', 'True', ''),
      limit: fc.oneof(fc.constantFrom('1', '50', '51', '0', '1,1', '1e1', '0x1', ' 1'), nastyText),
      cursor: nastyText,
    },
    { requiredKeys: [] },
  ),
  fc.dictionary(nastyField, nastyText, { maxKeys: 4 }),
);

const cursorQuery = ({ cursors }: AtHand) =>
  fc.record({ cursor: tamperedCursor(cursors), isLive: fc.boolean() }).map(({ cursor, isLive }) => ({
    query: { cursor, ...(isLive && { live: 'true' }) },
  }));

const hostileClaims = fc.record(
  {
    sub: fc.oneof(fc.constantFrom(...USERS), nastyText, fc.jsonValue()),
    token_use: fc.oneof(
      { weight: 4, arbitrary: fc.constant('access') },
      { weight: 1, arbitrary: fc.constantFrom('id', 'refresh', '', 'Access', 'access ', null, ['access']) },
    ),
    'cognito:groups': fc.oneof(
      fc.constantFrom('[moderators]', '[a moderators b]', '[]', '[', '[Moderators]', '[moderators-not]', 'moderators]'),
      fc.array(fc.constantFrom('moderators', 'others')),
    ),
    role: fc.constantFrom('host', 'moderator'),
    username: nastyText,
    scope: nastyText,
  },
  { requiredKeys: ['sub'] },
);

const hostileHeaders = fc.dictionary(
  fc.constantFrom(
    'authorization',
    'content-type',
    'content-length',
    'x-http-method-override',
    'x-forwarded-for',
    'x-user-id',
    'x-amzn-request-id',
    'host',
    'cookie',
    '__proto__',
  ),
  fc.oneof(fc.constantFrom(...NASTY_TEXTS), nastyText),
);
