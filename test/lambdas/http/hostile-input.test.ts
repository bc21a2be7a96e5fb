import { expect, it } from '@jest/globals';
import type { Context } from 'aws-lambda';
import fc from 'fast-check';
import type { Problem } from '../../../contract/errors.ts';
import { me } from '../../../lambdas/http/me/endpoints.ts';
import { moderation } from '../../../lambdas/http/moderation/endpoints.ts';
import { read } from '../../../lambdas/http/read/endpoints.ts';
import { tokens } from '../../../lambdas/http/tokens/endpoints.ts';
import { routes } from '../../../lambdas/routes.ts';
import { httpEvent } from '../../support/http-event.ts';
import { signIn } from '../../support/stage-life.ts';
import { createWorld } from '../../support/world.ts';

const world = createWorld();
const functions = { me: me(world), read: read(world), tokens: tokens(world), moderation: moderation(world) };

const field = fc.constantFrom(
  'capabilities',
  'durationMinutes',
  'visibility',
  'expiresAt',
  'rightsCheck',
  '__proto__',
  'constructor',
  'toString',
  '',
);
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    '2026-02-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
    'PUBLISH_AUDIO',
    'SUBSCRIBE_VIDEO',
    'invited',
    1e308,
    -0,
    2 ** 53,
  ),
  fc.array(fc.constantFrom('PUBLISH_AUDIO', 'PUBLISH_VIDEO', 'SUBSCRIBE_AUDIO', null)),
);
const body = fc.oneof(
  fc.array(fc.tuple(fc.oneof(field, fc.string()), value)).map((entries) => JSON.stringify(Object.fromEntries(entries))),
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.integer({ min: 1, max: 5_000 }).map((depth) => '['.repeat(depth)),
  fc.integer({ min: 1, max: 5_000 }).map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
);
const id = fc.oneof(fc.constantFrom('ada', 'grace', 'nobody'), fc.string({ unit: 'binary', maxLength: 200 }));
const claims = fc.record(
  {
    sub: fc.oneof(id, fc.jsonValue()),
    token_use: fc.constantFrom('access', 'id', '', 'Access'),
    'cognito:groups': fc.oneof(fc.constantFrom('[moderators]', '[]', '['), fc.jsonValue()),
  },
  { requiredKeys: [] },
);

const query = fc.oneof(
  fc.record(
    {
      live: fc.constantFrom('true', 'false', ''),
      limit: fc.oneof(fc.constantFrom('1', '50', '-0', '1e1', '١'), fc.string({ unit: 'binary' })),
      cursor: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc
          .string({ unit: 'binary' })
          .map((text) => Buffer.from(`2026-01-01T00:00:00.000Z#${text}`).toString('base64url')),
      ),
    },
    { requiredKeys: [] },
  ),
  fc.dictionary(fc.oneof(field, fc.string()), fc.string()),
);

it('answers every input with a documented status, never 500, and never a crash', async () => {
  await signIn(world, 'ada');
  await signIn(world, 'grace');
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...routes),
      fc.record({ body, claims, query, ownerId: id, userId: id, participantId: id, isBase64Encoded: fc.boolean() }),
      async ({ method, path, function: name }, input) => {
        const { ownerId, userId, participantId, ...parts } = input;
        const event = httpEvent(`${method} ${path}`, { ...parts, pathParameters: { ownerId, userId, participantId } });
        world.clock.advance(1000);
        const { statusCode, body: answer = '' } = await functions[name](event, {} as Context);
        expect([200, 201, 204, 400, 401, 403, 404, 409, 503]).toContain(statusCode);
        if ((statusCode ?? 0) >= 400) expect((JSON.parse(answer) as Problem).status).toBe(statusCode);
      },
    ),
    { numRuns: 3_000 },
  );
});
