import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Capability, Visibility } from '../../../../contract/stages.ts';
import type { Caller } from '../../../../lambdas/stages/access/caller-role.ts';
import { CAPABILITIES, ivsCapabilities } from '../../../../lambdas/stages/access/capabilities.ts';
import { getParticipantToken } from '../../../../lambdas/stages/access/get-participant-token.ts';
import { changeUserStage } from '../../../../lambdas/stages/change-user-stage.ts';
import { StageError } from '../../../../lambdas/stages/errors.ts';
import { getStageSummary } from '../../../../lambdas/stages/get-stage-summary.ts';
import { signIn } from '../../../support/stage-life.ts';
import { createWorld, type World } from '../../../support/world.ts';

const ada: Caller = { userId: 'ada', isModerator: false };
const grace: Caller = { userId: 'grace', isModerator: false };
const moderator: Caller = { userId: 'mod', isModerator: true };
const SUBSCRIBE: Capability[] = ['SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];

let world: World;
beforeEach(async () => {
  world = createWorld();
  await signIn(world, 'ada');
});

const token = (caller: Caller, request = {}) => getParticipantToken(world)('ada', caller, request);
const minutes = ({ expiresAt }: { expiresAt: string }) => (Date.parse(expiresAt) - world.now().getTime()) / 60_000;
const codeOf = async (result: Promise<unknown>): Promise<unknown> =>
  result.then(
    () => 'answered',
    (error) => (error instanceof StageError ? error.code : error),
  );
const setVisibility = (visibility: Visibility) => changeUserStage(world)('ada', { visibility });
const makePrivate = () => setVisibility('invited');
const ban = (ends: object = {}) => world.bans.set('ada/grace', ends);
const invite = (capabilities: Capability[], ends: object = {}) =>
  world.guests.set('ada/grace', { capabilities, ...ends });
const inMinutes = (count: number) => ({ expiresAt: new Date(world.now().getTime() + count * 60_000).toISOString() });

describe('the role on a stage', () => {
  it('is host for its owner, with all capabilities for an hour', async () => {
    const issued = await token(ada);
    expect(issued).toMatchObject({ role: 'host', userId: 'ada', capabilities: CAPABILITIES, issuedBy: 'key-pair' });
    expect(minutes(issued)).toBe(60);
  });

  it('is viewer for anybody else on a public stage, to subscribe for a quarter of an hour', async () => {
    const issued = await token(grace);
    expect(issued).toMatchObject({ role: 'viewer', userId: 'grace', capabilities: SUBSCRIBE });
    expect(minutes(issued)).toBe(15);
  });

  it('is guest for the invited, with what they were invited to, also on a private stage', async () => {
    await makePrivate();
    invite(['SUBSCRIBE_VIDEO', 'PUBLISH_AUDIO']);
    expect(await token(grace)).toMatchObject({ role: 'guest', capabilities: ['PUBLISH_AUDIO', 'SUBSCRIBE_VIDEO'] });
  });

  it('is moderator for the group, to subscribe, also on a private stage', async () => {
    await makePrivate();
    expect(await token(moderator)).toMatchObject({ role: 'moderator', capabilities: SUBSCRIBE });
  });

  it('is none for a stranger on a private stage, who cannot tell it from a missing one', async () => {
    await makePrivate();
    const hidden = await token(grace).catch((error) => error);
    const missing = await getParticipantToken(world)('nobody', grace, {}).catch((error) => error);
    expect([hidden.code, missing.code]).toEqual(['STAGE_NOT_FOUND', 'STAGE_NOT_FOUND']);
    expect(missing.message.replace('nobody', 'ada')).toBe(hidden.message);
  });

  it('is none for the banned, guest or not; a private stage does not even say so', async () => {
    ban();
    invite(['PUBLISH_AUDIO']);
    expect(await codeOf(token(grace))).toBe('BANNED');
    await makePrivate();
    expect(await codeOf(token(grace))).toBe('STAGE_NOT_FOUND');
  });

  it('stays host for an owner whom somebody banned', async () => {
    world.bans.set('ada/ada', {});
    expect(await token(ada)).toMatchObject({ role: 'host' });
  });

  it('comes back at the millisecond at which a ban ends, though its row is still there', async () => {
    ban(inMinutes(1));
    world.clock.advance(59_999);
    expect(await codeOf(token(grace))).toBe('BANNED');
    world.clock.advance(1);
    expect(await codeOf(token(grace))).toBe('answered');
  });

  it('is refused to a guest who was invited to nothing', async () => {
    invite([]);
    expect(await codeOf(token(grace))).toBe('CAPABILITY_NOT_ALLOWED');
  });

  it('ends a minute before the invitation: no token is shorter', async () => {
    invite(['PUBLISH_AUDIO'], inMinutes(2));
    world.clock.advance(59_999);
    expect(await token(grace)).toMatchObject({ role: 'guest' });
    world.clock.advance(1);
    expect(await token(grace)).toMatchObject({ role: 'viewer' });
  });

  it('ends with the invitation, and so does the token', async () => {
    invite(['PUBLISH_AUDIO'], inMinutes(5));
    expect(minutes(await token(grace))).toBe(5);
    world.clock.advance(5 * 60_000);
    expect(await token(grace)).toMatchObject({ role: 'viewer' });
  });
});

describe('what is asked for', () => {
  it('narrows the capabilities, in sorted order', async () => {
    const request = { capabilities: ['SUBSCRIBE_VIDEO', 'PUBLISH_AUDIO'] };
    expect((await token(ada, request)).capabilities).toEqual(['PUBLISH_AUDIO', 'SUBSCRIBE_VIDEO']);
  });

  it.each([['PUBLISH_VIDEO'], ['PUBLISH_AUDIO']])('is refused to a viewer when it is %s', async (capability) => {
    const refused = token(grace, { capabilities: [capability, 'SUBSCRIBE_AUDIO'] });
    await expect(refused).rejects.toThrow(`a viewer may not have ${capability} on this stage`);
    expect(await codeOf(refused)).toBe('CAPABILITY_NOT_ALLOWED');
  });

  it.each([
    [ada, 1, 1],
    [ada, 60, 60],
    [ada, 61, 60],
    [ada, 20_160, 60],
    [grace, 14, 14],
    [grace, 16, 15],
  ])('shortens the life for %j: %i asked, %i given', async (caller, durationMinutes, given) => {
    expect(minutes(await token(caller, { durationMinutes }))).toBe(given);
  });

  it('keeps everybody to a shorter life when the operator set one', async () => {
    const services: World = { ...world, settings: { ...world.settings, tokenMinutes: 5 } };
    for (const caller of [ada, grace]) expect(minutes(await getParticipantToken(services)('ada', caller, {}))).toBe(5);
  });

  it('never gives more than the role allows, whatever is asked for', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(ada, grace, moderator),
        fc.subarray([...CAPABILITIES], { minLength: 1 }),
        fc.subarray([...CAPABILITIES]),
        fc.boolean(),
        async (caller, capabilities, invitedTo, hidden) => {
          if (hidden) await makePrivate();
          else await setVisibility('public');
          if (invitedTo.length > 0) invite(invitedTo);
          else world.guests.clear();
          const { role } = await getStageSummary(world)('ada', caller).catch(() => ({ role: null }));
          const allowed = { host: [...CAPABILITIES], guest: invitedTo, moderator: SUBSCRIBE, viewer: SUBSCRIBE };
          const issued = await token(caller, { capabilities }).catch(() => undefined);
          const most = role === null ? [] : allowed[role];
          expect(issued !== undefined).toBe(role !== null && capabilities.every((name) => most.includes(name)));
          if (issued) expect([...issued.capabilities].sort()).toEqual([...capabilities].sort());
        },
      ),
    ));
});

it('carries the name of the profile, or one made of the id for a user who has none', async () => {
  await signIn(world, 'grace');
  const names: string[] = [];
  const { issue } = world.tokenIssuer;
  world.tokenIssuer.issue = async (stage, request, signal) => {
    names.push(request.displayName);
    return issue.call(world.tokenIssuer, stage, request, signal);
  };
  for (const userId of ['grace', 'linus']) await token({ userId, isModerator: false });
  expect(names).toEqual(['Ada', 'Guest-inus']);
});

it('gives IVS five seconds to answer', async () => {
  const deadlines: number[] = [];
  const services: World = {
    ...world,
    deadline: (ms) => {
      deadlines.push(ms);
      return world.deadline(ms);
    },
  };
  await getParticipantToken(services)('ada', ada, {});
  expect(deadlines).toEqual([5_000]);
});

describe('the rate of a caller', () => {
  const limited = (tokenIssuer: 'key-pair' | 'ivs-api'): World => ({
    ...world,
    rateLimits: { take: async (userId) => (userId === 'ada' ? 3 : undefined) },
    settings: { ...world.settings, tokenIssuer },
  });

  it('is limited where every token is a call to IVS', async () => {
    const services = limited('ivs-api');
    const refused = await getParticipantToken(services)('ada', ada, {}).catch((error) => error);
    expect(refused).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 3 });
    expect(await codeOf(getParticipantToken(services)('ada', grace, {}))).toBe('answered');
  });

  it('is not where tokens are signed here', async () => {
    expect(await codeOf(getParticipantToken(limited('key-pair'))('ada', ada, {}))).toBe('answered');
  });
});

describe('a stage that is not there', () => {
  const remove = () => {
    const [stage] = world.ivs.stages.values();
    const idle = { userId: 'ada', idleHour: '2026-01-01T00', stageArn: stage?.arn ?? '' };
    const lease = { attemptId: 'r1', kind: 'remove', until: world.now().getTime() + 20_000 } as const;
    return world.profiles.claimForRemoval(idle, lease, world.now());
  };

  it('sends the host to PUT, and tells others that it is closed', async () => {
    await world.profiles.clearStage('ada', [...world.ivs.stages.keys()][0] ?? '', false);
    expect(await token(ada).catch((error) => error)).toMatchObject({ code: 'STAGE_NOT_READY', retryAfterSeconds: 2 });
    expect(await codeOf(token(grace))).toBe('STAGE_INACTIVE');
  });

  it('is noticed when only IVS knows', async () => {
    world.tokenIssuer.issuedBy = 'ivs-api';
    world.ivs.stages.clear();
    expect(await codeOf(token(ada))).toBe('STAGE_NOT_READY');
    expect(await codeOf(token(grace))).toBe('STAGE_INACTIVE');
  });

  it('sends a host without a profile to PUT', async () => {
    expect(await codeOf(getParticipantToken(world)('new', { userId: 'new', isModerator: false }, {}))).toBe(
      'STAGE_NOT_READY',
    );
  });

  it('is not ready for anybody while it is being removed, and tells until when', async () => {
    await remove();
    for (const caller of [ada, grace]) {
      expect(await token(caller).catch((error) => error)).toMatchObject({
        code: 'STAGE_NOT_READY',
        retryAfterSeconds: 20,
      });
    }
    world.clock.advance(20_000);
    expect([await codeOf(token(ada)), await codeOf(token(grace))]).toEqual(['STAGE_NOT_READY', 'STAGE_INACTIVE']);
  });
});

it.each([
  [CAPABILITIES, ['PUBLISH', 'SUBSCRIBE']],
  [['PUBLISH_AUDIO'], ['PUBLISH']],
  [['SUBSCRIBE_VIDEO'], ['SUBSCRIBE']],
] as const)('tells IVS %j as %j', (capabilities, expected) => {
  expect(ivsCapabilities(capabilities)).toEqual(expected);
});

describe('the summary of a stage', () => {
  it('shows a banned caller a public stage without a role, and hides a private one', async () => {
    ban();
    expect(await getStageSummary(world)('ada', grace)).toMatchObject({
      role: null,
      capabilities: [],
      status: 'active',
    });
    await makePrivate();
    expect(await codeOf(getStageSummary(world)('ada', grace))).toBe('STAGE_NOT_FOUND');
  });

  it('holds no ARN, no token and no name of the IVS stage', async () => {
    expect(Object.keys(await getStageSummary(world)('ada', grace)).sort()).toEqual([
      'capabilities',
      'displayName',
      'live',
      'liveSince',
      'ownerId',
      'publisherCount',
      'role',
      'status',
      'visibility',
    ]);
  });
});
