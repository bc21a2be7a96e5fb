import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HttpEvent } from '../../lambdas/middleware/http-event.ts';
import { TokenRefusedError } from '../../lambdas/stages/errors.ts';
import type { ParticipantTokenIssuer, Services } from '../../lambdas/stages/ports.ts';
import type { LambdaFunction } from '../support/http-event.ts';
import { atHandIn } from './at-hand.ts';
import { ADA, GUS, MOD, PIA, SAM } from './cast.ts';
import type { HostileCase } from './hostile-case.ts';
import { hostileCases } from './hostile-cases.ts';
import { buildFunctions, createHouse, type Functions } from './house.ts';
import { type TokenAtHand, tokensAtHand } from './tokens-at-hand.ts';
import { visitHouse } from './visit-house.ts';

let tokens: readonly [TokenAtHand, ...TokenAtHand[]];
beforeAll(async () => {
  tokens = tokensAtHand(await createHouse()) as typeof tokens;
});

/** What the checks say of one request to functions with a fault in them. */
async function findings(build: (services: Services) => Functions, request: Partial<HostileCase>) {
  const given: HostileCase = {
    kind: 'ids of others',
    routeKey: 'GET /stages/{ownerId}',
    claims: { sub: SAM, token_use: 'access' },
    pathParameters: { ownerId: ADA, userId: GUS, participantId: `place-1-of-${ADA}`, ingestId: 'ingest1' },
    ...request,
  };
  return (await visitHouse([given], tokens, undefined, () => createHouse(build))).map(kindOf);
}

/** `crossing (204): changed bans of …` → `crossing: changed bans` */
function kindOf(finding: string): string {
  const [kind, _status, ...words] = finding.split(' ');
  return [`${kind}:`, ...words.slice(0, 2)].join(' ');
}

const around = (fn: LambdaFunction, change: (event: HttpEvent) => HttpEvent): LambdaFunction => {
  return (event, context) => fn(change(event), context);
};

function withClaims(event: HttpEvent, claims: Readonly<Record<string, string>>): HttpEvent {
  const { requestContext } = event;
  const { authorizer } = requestContext;
  const jwt = { ...authorizer.jwt, claims: { ...authorizer.jwt.claims, ...claims } };
  return { ...event, requestContext: { ...requestContext, authorizer: { ...authorizer, jwt } } };
}

/** Moderation that does not ask whether the caller is the owner or a moderator. */
const everybodyModerates = (services: Services): Functions => {
  const { moderation, ...others } = buildFunctions(services);
  return {
    ...others,
    moderation: around(moderation, (event) => withClaims(event, { 'cognito:groups': '[moderators]' })),
  };
};

const PATHS = { ownerId: PIA, userId: GUS, participantId: `place-2-of-${PIA}`, ingestId: 'ingest1' };

describe('a missing owner check', () => {
  it('is found by what changes', async () => {
    const routeKey = 'PUT /stages/{ownerId}/bans/{userId}';
    expect(await findings(everybodyModerates, { routeKey })).toContain('crossing: changed bans');
  });

  it('is found by what is told', async () => {
    const found = await findings(everybodyModerates, { routeKey: 'GET /stages/{ownerId}/bans', pathParameters: PATHS });
    expect(found).toContain(`leak: outcast of`);
    expect(found).toContain('crossing: a hidden');
  });

  it('is found by a token with more than the role allows', async () => {
    const everybodyIsInvited = (services: Services) =>
      buildFunctions({
        ...services,
        stageAccess: {
          ...services.stageAccess,
          read: async (...args) => ({
            ...(await services.stageAccess.read(...args)),
            guest: { capabilities: ['PUBLISH_AUDIO', 'SUBSCRIBE_AUDIO'] },
          }),
        },
      });
    const routeKey = 'POST /stages/{ownerId}/tokens';
    expect(await findings(everybodyIsInvited, { routeKey })).toEqual([expect.stringMatching(/^crossing: /)]);
  });

  it('is found where a caller names somebody else in a body', async () => {
    const namesItself = (services: Services): Functions => {
      const { me, ...others } = buildFunctions(services);
      const byBody = (event: HttpEvent) => {
        const { ownerId, ...body } = JSON.parse(event.body ?? '{}') as Record<string, string>;
        return ownerId ? { ...withClaims(event, { sub: ownerId }), body: JSON.stringify(body) } : event;
      };
      return { ...others, me: around(me, byBody) };
    };
    const body = JSON.stringify({ visibility: 'invited', ownerId: ADA });
    const found = await findings(namesItself, { routeKey: 'PATCH /me/stage', body });
    expect(found).toContain('crossing: changed profile');
    expect(found).toContain('shape: taken in:');
  });
});

it('finds a hidden stage that shows by a header', async () => {
  const marked = (services: Services): Functions => {
    const { read, ...others } = buildFunctions(services);
    const withMark: LambdaFunction = async (event, context) => {
      const { headers, ...answer } = await read(event, context);
      const isThere = (await services.profiles.get(event.pathParameters?.ownerId ?? '')) !== undefined;
      return { ...answer, headers: { ...headers, ...(isThere && { 'x-cache': 'hit' }) } };
    };
    return { ...others, read: withMark };
  };
  expect(await findings(marked, { pathParameters: PATHS })).toEqual(['crossing: a hidden']);
});

describe('a token that gets out', () => {
  const withIssuer = (change: (services: Services) => Partial<ParticipantTokenIssuer>) => (services: Services) => {
    const { tokenIssuer } = services;
    const issuer: ParticipantTokenIssuer = {
      prepare: () => tokenIssuer.prepare(),
      issue: (...args) => tokenIssuer.issue(...args),
      read: (token) => tokenIssuer.read(token),
      reissue: (...args) => tokenIssuer.reissue(...args),
      ...change(services),
    };
    return buildFunctions({ ...services, tokenIssuer: issuer });
  };

  it('is found in the log', async () => {
    const chatty = withIssuer(({ tokenIssuer, log }) => ({
      issue: async (...args) => {
        const issued = await tokenIssuer.issue(...args);
        log.info('issued', { issued });
        return issued;
      },
    }));
    expect(await findings(chatty, { routeKey: 'POST /stages/{ownerId}/tokens' })).toEqual(['leak: a secret']);
  });

  it('is found in the words of a refusal', async () => {
    const echoing = withIssuer(() => ({
      read: async (token) => {
        throw new TokenRefusedError(`not a token of ours: ${token}`);
      },
    }));
    const body = JSON.stringify({ token: tokens[0].token });
    const routeKey = 'POST /stages/{ownerId}/tokens/exchange';
    expect(await findings(echoing, { routeKey, body })).toEqual(['leak: a secret']);
  });

  it('is found where a forged one is taken', async () => {
    const trusting = withIssuer(({ tokenIssuer }) => ({
      read: (token) => tokenIssuer.read(token === 'forged' ? tokens[0].token : token),
    }));
    const claims = { sub: GUS, token_use: 'access' };
    const routeKey = 'POST /stages/{ownerId}/tokens/exchange';
    const body = JSON.stringify({ token: 'forged' });
    expect(await findings(trusting, { routeKey, body, claims })).toEqual(['crossing: a token']);
  });
});

it('finds a stream key in the log', async () => {
  const chatty = (services: Services): Functions => {
    const { me, ...others } = buildFunctions(services);
    const telling: LambdaFunction = async (event, context) => {
      const answer = await me(event, context);
      services.log.info('answered', { answer });
      return answer;
    };
    return { ...others, me: telling };
  };
  const claims = { sub: ADA, token_use: 'access' };
  expect(await findings(chatty, { routeKey: 'POST /me/stage/ingests', claims })).toEqual(['leak: a secret']);
});

it('finds an answer with 500', async () => {
  const failing = (services: Services) =>
    buildFunctions({
      ...services,
      stageAccess: {
        ...services.stageAccess,
        read: () => Promise.reject(new TypeError('cannot read properties of undefined')),
      },
    });
  const claims = { sub: MOD, token_use: 'access' };
  expect(await findings(failing, { claims })).toContainEqual(expect.stringMatching(/^500: /));
});

it('finds a missing owner check by requests of every kind, without being pointed to it', async () => {
  const atHand = await atHandIn();
  const cases = fc.sample(hostileCases(atHand), { numRuns: 400, seed: 1 });
  const found = await visitHouse(cases, atHand.tokens, undefined, () => createHouse(everybodyModerates));
  expect(found.map(kindOf)).toEqual(expect.arrayContaining(['crossing: changed bans', 'crossing: a hidden']));
});

it('finds nothing where there is nothing to find', async () => {
  expect(await findings(buildFunctions, { routeKey: 'PUT /stages/{ownerId}/bans/{userId}' })).toEqual([]);
});
