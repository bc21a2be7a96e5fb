import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Capability, ParticipantToken } from '../../../../contract/stages.ts';
import type { Caller } from '../../../../lambdas/stages/access/caller-role.ts';
import { CAPABILITIES } from '../../../../lambdas/stages/access/capabilities.ts';
import { exchangeParticipantToken } from '../../../../lambdas/stages/access/exchange-participant-token.ts';
import { getParticipantToken } from '../../../../lambdas/stages/access/get-participant-token.ts';
import { changeUserStage } from '../../../../lambdas/stages/change-user-stage.ts';
import { StageError } from '../../../../lambdas/stages/errors.ts';
import { signIn } from '../../../support/stage-life.ts';
import { createWorld, type World } from '../../../support/world.ts';

const ada: Caller = { userId: 'ada', isModerator: false };
const grace: Caller = { userId: 'grace', isModerator: false };
const SUBSCRIBE: Capability[] = ['SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];

let world: World;
beforeEach(async () => {
  world = createWorld();
  await signIn(world, 'ada');
});

const issue = (caller: Caller, request = {}, ownerId = 'ada') => getParticipantToken(world)(ownerId, caller, request);
const exchange = (caller: Caller, { token }: { token: string }, capabilities?: Capability[], ownerId = 'ada') =>
  exchangeParticipantToken(world)(ownerId, caller, { token, capabilities });
const invite = (capabilities: Capability[]) => world.guests.set('ada/grace', { capabilities });
const codeOf = async (result: Promise<unknown>): Promise<unknown> =>
  result.then(
    () => 'answered',
    (error) => (error instanceof StageError ? error.code : error),
  );
const minutes = ({ expiresAt }: ParticipantToken) => (Date.parse(expiresAt) - world.now().getTime()) / 60_000;
const withPublishers = async (ids: readonly string[]) => {
  const profile = await world.profiles.get('ada');
  const moment = { at: world.now().getTime() * 1000, within: 1 };
  const publishers = Object.fromEntries(ids.map((id) => [id, { published: moment }]));
  const owner = profile && { ...profile, publishers, publisherCount: ids.length };
  const { read } = world.stageAccess;
  world.stageAccess.read = async (...args) => ({ ...(await read(...args)), owner });
};
const publisherIds = (count: number) => Array.from({ length: count }, (_, i) => `p${i}`);

describe('an exchange', () => {
  it('keeps participant and stage, and gives what the role allows now, for the life of a new token', async () => {
    const old = await issue(grace);
    world.clock.advance(10 * 60_000);
    invite(['PUBLISH_AUDIO', 'SUBSCRIBE_AUDIO']);
    const raised = await exchange(grace, old, ['PUBLISH_AUDIO']);
    expect(raised).toMatchObject({
      participantId: old.participantId,
      stageArn: old.stageArn,
      role: 'guest',
      capabilities: ['PUBLISH_AUDIO'],
      issuedBy: 'key-pair',
    });
    expect(minutes(raised)).toBe(15);
  });

  it('without capabilities keeps those of the token, less what the role lost', async () => {
    invite(['PUBLISH_AUDIO', 'PUBLISH_VIDEO', 'SUBSCRIBE_VIDEO']);
    const old = await issue(grace, { capabilities: ['PUBLISH_VIDEO', 'SUBSCRIBE_VIDEO'] });
    expect(await exchange(grace, old)).toMatchObject({ capabilities: ['PUBLISH_VIDEO', 'SUBSCRIBE_VIDEO'] });
    world.guests.clear();
    expect(await exchange(grace, old)).toMatchObject({ role: 'viewer', capabilities: ['SUBSCRIBE_VIDEO'] });
  });

  it('is refused when nothing of the token is left', async () => {
    invite(['PUBLISH_AUDIO']);
    const old = await issue(grace);
    world.guests.clear();
    expect(await codeOf(exchange(grace, old))).toBe('CAPABILITY_NOT_ALLOWED');
    expect(await exchange(grace, old, SUBSCRIBE)).toMatchObject({ capabilities: SUBSCRIBE });
  });

  it('can be exchanged in turn', async () => {
    const old = await issue(ada);
    const next = await exchange(ada, await exchange(ada, old, ['SUBSCRIBE_AUDIO']), [...CAPABILITIES]);
    expect(next).toMatchObject({ participantId: old.participantId, capabilities: CAPABILITIES });
  });

  it('carries the name of the profile, or one made of the id for a user who has none', async () => {
    await signIn(world, 'grace');
    const names: string[] = [];
    const { reissue } = world.tokenIssuer;
    world.tokenIssuer.reissue = async (held, request) => {
      names.push(request.displayName);
      return reissue.call(world.tokenIssuer, held, request);
    };
    for (const userId of ['grace', 'linus']) {
      const caller = { userId, isModerator: false };
      await exchange(caller, await issue(caller));
    }
    expect(names).toEqual(['Ada', 'Guest-inus']);
  });

  it.each([['PUBLISH_AUDIO'], ['PUBLISH_VIDEO']] as const)('never gives a viewer %s', async (capability) => {
    expect(await codeOf(exchange(grace, await issue(grace), [capability]))).toBe('CAPABILITY_NOT_ALLOWED');
  });
});

describe('a token that is refused, always with the same words', () => {
  const refusal = { code: 'TOKEN_REFUSED', message: 'this token cannot be exchanged; ask for a new one' };
  const errorOf = (result: Promise<unknown>) => result.catch((error) => error);

  it('is one that we did not sign', async () => {
    expect(await errorOf(exchange(grace, { token: 'forged' }))).toMatchObject(refusal);
  });

  it("is another user's", async () => {
    expect(await errorOf(exchange(ada, await issue(grace)))).toMatchObject(refusal);
  });

  it("is another stage's", async () => {
    await signIn(world, 'linus');
    expect(await errorOf(exchange(grace, await issue(grace), undefined, 'linus'))).toMatchObject(refusal);
  });

  it('is for a stage that was removed and made anew', async () => {
    const old = await issue(grace);
    const { arn = '' } = (await world.profiles.get('ada'))?.stage ?? {};
    await world.profiles.clearStage('ada', arn, false);
    await signIn(world, 'ada');
    expect(await errorOf(exchange(grace, old))).toMatchObject(refusal);
  });

  it('has expired, from the millisecond on at which it does', async () => {
    const old = await issue(grace);
    world.clock.advance(15 * 60_000 - 1);
    expect(await codeOf(exchange(grace, old))).toBe('answered');
    world.clock.advance(1);
    expect(await errorOf(exchange(grace, old))).toMatchObject(refusal);
  });

  it('belongs to a participant who was put out', async () => {
    const old = await issue(grace);
    const { read } = world.stageAccess;
    world.stageAccess.read = async (ownerId, callerId, participantId) => ({
      ...(await read(ownerId, callerId, participantId)),
      burnt: participantId === old.participantId,
    });
    expect(await errorOf(exchange(grace, old))).toMatchObject(refusal);
  });
});

it('is not supported when the key is gone by the time it is to sign', async () => {
  const old = await issue(grace);
  world.tokenIssuer.reissue = async () => undefined;
  expect(await codeOf(exchange(grace, old))).toBe('EXCHANGE_NOT_SUPPORTED');
});

it('is not supported for tokens that IVS made', async () => {
  world.tokenIssuer.issuedBy = 'ivs-api';
  expect(await codeOf(exchange(grace, await issue(grace)))).toBe('EXCHANGE_NOT_SUPPORTED');
});

describe('somebody who was banned since', () => {
  it('is told so on a public stage, and on a private one that there is none', async () => {
    const old = await issue(grace);
    world.bans.set('ada/grace', {});
    expect(await codeOf(exchange(grace, old))).toBe('BANNED');
    await changeUserStage(world)('ada', { visibility: 'invited' });
    expect(await codeOf(exchange(grace, old))).toBe('STAGE_NOT_FOUND');
  });
});

describe('a stage with as many publishers as IVS allows', () => {
  it.each([
    ['guest', 10, 'answered'],
    ['guest', 11, 'STAGE_FULL'],
    ['host', 11, 'answered'],
    ['host', 12, 'STAGE_FULL'],
  ])('to a %s who wants to publish beside %i: %s', async (role, publishing, expected) => {
    invite([...CAPABILITIES]);
    const caller = role === 'host' ? ada : grace;
    const old = await issue(caller);
    await withPublishers(publisherIds(publishing));
    expect(await codeOf(issue(caller, { capabilities: ['PUBLISH_AUDIO'] }))).toBe(expected);
    expect(await codeOf(exchange(caller, old))).toBe(expected);
  });

  it('gives tokens to subscribe, and goes on giving to whoever publishes there', async () => {
    invite([...CAPABILITIES]);
    const old = await issue(grace);
    await withPublishers([old.participantId, ...publisherIds(11)]);
    expect(await issue(grace, { capabilities: SUBSCRIBE })).toMatchObject({ capabilities: SUBSCRIBE });
    expect(await codeOf(exchange(grace, old))).toBe('answered');
    expect(await codeOf(issue(grace))).toBe('STAGE_FULL');
  });
});
