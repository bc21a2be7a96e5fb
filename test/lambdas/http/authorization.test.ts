import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Capability, ParticipantToken } from '../../../contract/stages.ts';
import { me } from '../../../lambdas/http/me/endpoints.ts';
import { moderation } from '../../../lambdas/http/moderation/endpoints.ts';
import { read } from '../../../lambdas/http/read/endpoints.ts';
import { tokens } from '../../../lambdas/http/tokens/endpoints.ts';
import { routes } from '../../../lambdas/routes.ts';
import { standingOf } from '../../../lambdas/stages/access/caller-role.ts';
import { changeUserStage } from '../../../lambdas/stages/change-user-stage.ts';
import { call, type EventParts, type LambdaFunction } from '../../support/http-event.ts';
import { signIn } from '../../support/stage-life.ts';
import { createWorld, type World } from '../../support/world.ts';

const CALLERS = ['viewer', 'guest', 'owner', 'other', 'moderator', 'banned'] as const;
type CallerKind = (typeof CALLERS)[number];

const STAGES = ['public', 'invited', 'missing', 'provisioning'] as const;
type StageKind = (typeof STAGES)[number];

/** `ok` is any 2xx; else the code of the problem. By the kind of the stage; callers in the order of CALLERS. */
const SOMEBODYS_STAGE: Readonly<Record<string, Readonly<Record<StageKind, string>>>> = {
  'GET /stages': {
    public: 'ok ok ok ok ok ok',
    invited: 'ok ok ok ok ok ok',
    missing: 'ok ok ok ok ok ok',
    provisioning: 'ok ok ok ok ok ok',
  },
  'GET /stages/{ownerId}': {
    public: 'ok ok ok ok ok ok',
    invited: 'STAGE_NOT_FOUND ok ok STAGE_NOT_FOUND ok STAGE_NOT_FOUND',
    missing: 'STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND',
    provisioning: 'ok ok ok ok ok ok',
  },
  'POST /stages/{ownerId}/tokens': {
    public: 'ok ok ok ok ok BANNED',
    invited: 'STAGE_NOT_FOUND ok ok STAGE_NOT_FOUND ok STAGE_NOT_FOUND',
    missing: 'STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_READY STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND',
    provisioning: 'STAGE_INACTIVE STAGE_INACTIVE STAGE_NOT_READY STAGE_INACTIVE STAGE_INACTIVE BANNED',
  },
  'POST /stages/{ownerId}/tokens/exchange': {
    public: 'ok ok ok ok ok BANNED',
    invited: 'STAGE_NOT_FOUND ok ok STAGE_NOT_FOUND ok STAGE_NOT_FOUND',
    missing: 'TOKEN_REFUSED TOKEN_REFUSED TOKEN_REFUSED TOKEN_REFUSED TOKEN_REFUSED TOKEN_REFUSED',
    provisioning: 'TOKEN_REFUSED TOKEN_REFUSED TOKEN_REFUSED TOKEN_REFUSED TOKEN_REFUSED TOKEN_REFUSED',
  },
  'GET /stages/{ownerId}/participants': {
    public: 'NOT_ALLOWED NOT_ALLOWED ok NOT_ALLOWED ok NOT_ALLOWED',
    invited: 'STAGE_NOT_FOUND NOT_ALLOWED ok STAGE_NOT_FOUND ok STAGE_NOT_FOUND',
    missing: 'STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND',
    provisioning: 'NOT_ALLOWED NOT_ALLOWED ok NOT_ALLOWED ok NOT_ALLOWED',
  },
  'DELETE /stages/{ownerId}/participants/{participantId}': {
    public: 'NOT_ALLOWED NOT_ALLOWED ok NOT_ALLOWED ok NOT_ALLOWED',
    invited: 'STAGE_NOT_FOUND NOT_ALLOWED ok STAGE_NOT_FOUND ok STAGE_NOT_FOUND',
    missing: 'STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND',
    provisioning: 'NOT_ALLOWED NOT_ALLOWED NOT_FOUND NOT_ALLOWED NOT_FOUND NOT_ALLOWED',
  },
  'GET /stages/{ownerId}/bans': {
    public: 'NOT_ALLOWED NOT_ALLOWED ok NOT_ALLOWED ok NOT_ALLOWED',
    invited: 'STAGE_NOT_FOUND NOT_ALLOWED ok STAGE_NOT_FOUND ok STAGE_NOT_FOUND',
    missing: 'STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND',
    provisioning: 'NOT_ALLOWED NOT_ALLOWED ok NOT_ALLOWED ok NOT_ALLOWED',
  },
  'PUT /stages/{ownerId}/bans/{userId}': {
    public: 'NOT_ALLOWED NOT_ALLOWED ok NOT_ALLOWED ok NOT_ALLOWED',
    invited: 'STAGE_NOT_FOUND NOT_ALLOWED ok STAGE_NOT_FOUND ok STAGE_NOT_FOUND',
    missing: 'STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND',
    provisioning: 'NOT_ALLOWED NOT_ALLOWED ok NOT_ALLOWED ok NOT_ALLOWED',
  },
  'DELETE /stages/{ownerId}/bans/{userId}': {
    public: 'NOT_ALLOWED NOT_ALLOWED ok NOT_ALLOWED ok NOT_ALLOWED',
    invited: 'STAGE_NOT_FOUND NOT_ALLOWED ok STAGE_NOT_FOUND ok STAGE_NOT_FOUND',
    missing: 'STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND STAGE_NOT_FOUND',
    provisioning: 'NOT_ALLOWED NOT_ALLOWED ok NOT_ALLOWED ok NOT_ALLOWED',
  },
};

/** Of the caller's own stage, whoever they are elsewhere: nobody else's stage can be named in these routes. */
const OWN_STAGE: Readonly<Record<string, Readonly<Record<StageKind, string>>>> = {
  'GET /me/stage': { public: 'ok', invited: 'ok', missing: 'STAGE_NOT_FOUND', provisioning: 'ok' },
  'PUT /me/stage': { public: 'ok', invited: 'ok', missing: 'ok', provisioning: 'ok' },
  'PATCH /me/stage': { public: 'ok', invited: 'ok', missing: 'STAGE_NOT_FOUND', provisioning: 'ok' },
  'DELETE /me': { public: 'ok', invited: 'ok', missing: 'ok', provisioning: 'ok' },
  'GET /me/stage/guests': { public: 'ok', invited: 'ok', missing: 'ok', provisioning: 'ok' },
  'PUT /me/stage/guests/{userId}': { public: 'ok', invited: 'ok', missing: 'STAGE_NOT_FOUND', provisioning: 'ok' },
  'DELETE /me/stage/guests/{userId}': { public: 'ok', invited: 'ok', missing: 'NOT_FOUND', provisioning: 'ok' },
  'GET /me/stage/ingests': { public: 'ok', invited: 'ok', missing: 'ok', provisioning: 'ok' },
  'POST /me/stage/ingests': {
    public: 'ok',
    invited: 'ok',
    missing: 'STAGE_NOT_READY',
    provisioning: 'STAGE_NOT_READY',
  },
  'DELETE /me/stage/ingests/{ingestId}': {
    public: 'NOT_FOUND',
    invited: 'NOT_FOUND',
    missing: 'NOT_FOUND',
    provisioning: 'NOT_FOUND',
  },
};

const claimsOf = (caller: CallerKind) => (caller === 'moderator' ? { 'cognito:groups': '[moderators]' } : {});

/** A world with the owner's stage of a kind, and the tokens that callers got while it was public and they were not banned. */
async function newWorld(kind: StageKind) {
  const world = createWorld();
  for (const caller of CALLERS) if (caller !== 'owner') await signIn(world, caller);
  if (kind === 'provisioning') world.ivs.trouble = (name) => (name === 'createStage' ? 'throttled' : undefined);
  if (kind !== 'missing') await signIn(world, 'owner');
  world.ivs.trouble = () => undefined;
  const exists = kind === 'public' || kind === 'invited';
  const held = new Map<CallerKind, string>();
  for (const caller of exists ? CALLERS : []) held.set(caller, (await issue(world, caller)).token);
  if (kind !== 'missing') {
    await world.memberships.putGuest('owner', { userId: 'guest', capabilities: ['PUBLISH_AUDIO', 'SUBSCRIBE_AUDIO'] });
    await world.memberships.putGuest('owner', { userId: 'invitee', capabilities: ['PUBLISH_AUDIO'] });
    await world.memberships.putBan('owner', { userId: 'banned' }, world.now());
    await world.memberships.putBan('owner', { userId: 'invitee' }, world.now());
  }
  if (kind === 'invited') await changeUserStage(world)('owner', { visibility: 'invited' });
  if (exists) joinStage(world);
  return { world, held };
}

function joinStage({ ivs }: World): void {
  const stage = [...ivs.stages.values()].find(({ tags }) => tags['stagedoor:owner'] === 'owner');
  if (stage) ivs.join(stage.arn, 'p1');
}

async function issue(world: World, caller: CallerKind, body: object = {}): Promise<ParticipantToken> {
  const answer = await send(world, 'POST /stages/{ownerId}/tokens', caller, { body: JSON.stringify(body) });
  return answer.body as unknown as ParticipantToken;
}

function send(world: World, routeKey: string, caller: CallerKind, parts: EventParts = {}) {
  const functions = { me: me(world), read: read(world), tokens: tokens(world), moderation: moderation(world) };
  const route = routes.find(({ method, path }) => `${method} ${path}` === routeKey);
  if (!route) throw new Error(`there is no route ${routeKey}`);
  return call(functions[route.function] as LambdaFunction, routeKey, {
    userId: caller,
    claims: claimsOf(caller),
    pathParameters: { ownerId: 'owner', userId: 'invitee', participantId: 'p1', ingestId: 'abcdABCDefgh' },
    ...(routeKey === 'GET /stages' && { query: { live: 'true' } }),
    ...parts,
  });
}

async function outcome(kind: StageKind, routeKey: string, caller: CallerKind): Promise<string> {
  const { world, held } = await newWorld(kind);
  const token = held.get(caller) ?? 'not a token of ours';
  const body = routeKey.endsWith('/exchange') ? JSON.stringify({ token }) : '';
  const answer = await send(world, routeKey, caller, { body });
  return Number(answer.status) < 300 ? 'ok' : String(answer.body.code);
}

it('every route has its row in the tables', () => {
  expect([...Object.keys(OWN_STAGE), ...Object.keys(SOMEBODYS_STAGE)].sort()).toEqual(
    routes.map(({ method, path }) => `${method} ${path}`).sort(),
  );
});

describe.each(STAGES)('on a stage that is %s', (kind) => {
  it.each(Object.entries(SOMEBODYS_STAGE))('%s answers each caller as written', async (routeKey, expected) => {
    const found: string[] = [];
    for (const caller of CALLERS) found.push(await outcome(kind, routeKey, caller));
    expect(found.join(' ')).toBe(expected[kind]);
  });

  it.each(Object.entries(OWN_STAGE))('%s answers its owner as written', async (routeKey, expected) => {
    expect(await outcome(kind, routeKey, 'owner')).toBe(expected[kind]);
  });
});

describe('whatever callers, owner and moderators do,', () => {
  const ALL: readonly Capability[] = ['PUBLISH_AUDIO', 'PUBLISH_VIDEO', 'SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];
  const capabilities = fc.subarray([...ALL], { minLength: 1 });
  const caller = fc.constantFrom(...CALLERS);
  const user = fc.constantFrom('viewer', 'guest', 'other', 'banned');
  const step = fc.oneof(
    fc.record({ what: fc.constant('issue' as const), caller, body: fc.record({ capabilities }, { requiredKeys: [] }) }),
    fc.record({
      what: fc.constant('exchange' as const),
      caller,
      holder: caller,
      body: fc.record({ capabilities }, { requiredKeys: [] }),
    }),
    fc.record({ what: fc.constant('invite' as const), user, body: fc.record({ capabilities }) }),
    fc.record({ what: fc.constantFrom('withdraw' as const, 'ban' as const, 'lift' as const), user }),
    fc.record({ what: fc.constant('show' as const), visibility: fc.constantFrom('public', 'invited') }),
  );
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
  const ROUTES = {
    invite: 'PUT /me/stage/guests/{userId}',
    withdraw: 'DELETE /me/stage/guests/{userId}',
    ban: 'PUT /stages/{ownerId}/bans/{userId}',
    lift: 'DELETE /stages/{ownerId}/bans/{userId}',
  } as const;

  /** The token that a step yields, with who asked for it. */
  async function take(world: World, held: Map<CallerKind, string>, given: Step) {
    if (given.what === 'issue' || given.what === 'exchange') {
      const isExchange = given.what === 'exchange';
      const body = JSON.stringify({ ...given.body, ...(isExchange && { token: held.get(given.holder) ?? '-' }) });
      const path = `POST /stages/{ownerId}/tokens${isExchange ? '/exchange' : ''}`;
      const { status, body: answer } = await send(world, path, given.caller, { body });
      return Number(status) < 300 ? { caller: given.caller, token: answer as unknown as ParticipantToken } : undefined;
    }
    if (given.what === 'show') {
      await send(world, 'PATCH /me/stage', 'owner', { body: JSON.stringify({ visibility: given.visibility }) });
      return undefined;
    }
    const pathParameters = { ownerId: 'owner', userId: given.user };
    const body = given.what === 'invite' ? JSON.stringify(given.body) : '';
    await send(world, ROUTES[given.what], 'owner', { pathParameters, body });
    return undefined;
  }

  it('no token has more than its holder may have at that moment, and none changes hands', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25, size: 'max' }), async (steps) => {
        const { world, held } = await newWorld('public');
        for (const given of steps) {
          world.clock.advance(2_000);
          const yielded = await take(world, held, given);
          if (!yielded) continue;
          const { caller: userId, token } = yielded;
          held.set(userId, token.token);
          const access = await world.stageAccess.read('owner', userId);
          const { role, capabilities: most } = standingOf(
            { userId, isModerator: userId === 'moderator' },
            'owner',
            access,
            world.now(),
          );
          expect({ role: token.role, userId: token.userId }).toEqual({ role, userId });
          expect(most).toEqual(expect.arrayContaining([...token.capabilities]));
          expect(token.capabilities.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    ));
});
