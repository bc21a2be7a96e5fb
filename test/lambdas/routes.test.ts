import { expect, it } from '@jest/globals';
import { me } from '../../lambdas/http/me/endpoints.ts';
import { moderation } from '../../lambdas/http/moderation/endpoints.ts';
import { read } from '../../lambdas/http/read/endpoints.ts';
import { tokens } from '../../lambdas/http/tokens/endpoints.ts';
import { routes } from '../../lambdas/routes.ts';
import { call } from '../support/http-event.ts';
import { createWorld } from '../support/world.ts';

const world = createWorld();
const functions = { me: me(world), read: read(world), tokens: tokens(world), moderation: moderation(world) };

it.each(routes)('$method $path is answered by the function $function', async ({ method, path, function: name }) => {
  const { body } = await call(functions[name], `${method} ${path}`, { pathParameters: { ownerId: 'nobody' } });
  expect(body.code).not.toBe('INTERNAL');
});

it('answers 500 to a route that was deployed without an endpoint', async () => {
  expect(await call(functions.read, 'GET /nowhere')).toMatchObject({ status: 500 });
});
