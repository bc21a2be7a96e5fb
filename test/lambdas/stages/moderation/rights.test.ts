import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Capability } from '../../../../contract/stages.ts';
import { changeUserStage } from '../../../../lambdas/stages/change-user-stage.ts';
import { StageError } from '../../../../lambdas/stages/errors.ts';
import { banUser, liftBan } from '../../../../lambdas/stages/moderation/ban-user.ts';
import { callAtPace } from '../../../../lambdas/stages/moderation/call-ivs.ts';
import { checkPublisher } from '../../../../lambdas/stages/moderation/check-publisher.ts';
import { checkRights } from '../../../../lambdas/stages/moderation/check-rights.ts';
import { inviteGuest } from '../../../../lambdas/stages/moderation/invite-guest.ts';
import { withdrawInvitation } from '../../../../lambdas/stages/moderation/withdraw-invitation.ts';
import { arrive, identity, identityOf, runRightsChecks } from '../../../support/crowd.ts';
import { openStage, reconcile } from '../../../support/live-stage.ts';
import { inProcess } from '../../../support/process.ts';
import { createWorld, type World } from '../../../support/world.ts';

const host = { userId: 'ada', isModerator: false };
const SUBSCRIBE: Capability[] = ['SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'];

let world: World;
let arn: string;
beforeEach(async () => {
  world = createWorld();
  arn = await openStage(world);
});

const invite = (userId: string, request = {}, services: World = world) => inviteGuest(services)('ada', userId, request);
const withdraw = (userId: string, services: World = world) => withdrawInvitation(services)('ada', userId);
const ban = (userId: string, services: World = world) => banUser(services)('ada', host, userId, {});
const makePrivate = () => changeUserStage(world)('ada', { visibility: 'invited' });
const there = () => [...world.ivs.connected(arn)].sort();

describe('a look at who is there', () => {
  it('puts out a guest who is not invited any more, and burns their token', async () => {
    await invite('grace');
    await arrive(world, arn, 'grace');
    await withdraw('grace');
    expect(there()).toEqual(['of-grace']);
    expect((await runRightsChecks(world))[0]).toEqual({ allowed: 0, 'put-out': 1, 'unknown-user': 0, complete: true });
    expect(there()).toEqual([]);
    expect(await world.stageAccess.read('ada', 'grace', 'of-grace')).toMatchObject({ burnt: true });
    expect(() => world.ivs.join(arn, 'of-grace')).toThrow();
  });

  it('leaves who has exchanged their token for one of a viewer', async () => {
    await invite('grace');
    await arrive(world, arn, 'grace');
    await withdraw('grace');
    world.ivs.exchange(arn, 'of-grace', identity('grace', 'viewer', SUBSCRIBE));
    await runRightsChecks(world);
    expect(there()).toEqual(['of-grace']);
  });

  it('puts out a guest who keeps more than they are invited to now', async () => {
    await invite('grace');
    await arrive(world, arn, 'grace');
    await invite('grace', { capabilities: ['PUBLISH_AUDIO', 'SUBSCRIBE_AUDIO'] });
    await runRightsChecks(world);
    expect(there()).toEqual([]);
  });

  it('after one change does not take the time to exchange from those who were told of another since', async () => {
    await invite('grace');
    await arrive(world, arn, 'grace');
    await invite('grace', { capabilities: ['PUBLISH_AUDIO', ...SUBSCRIBE] });
    const [first] = world.rightsChecks.messages.splice(0);
    world.ivs.exchange(arn, 'of-grace', identity('grace', 'guest', ['PUBLISH_AUDIO', ...SUBSCRIBE]));
    await withdraw('grace');
    const [second] = world.rightsChecks.messages.splice(0);
    for (const [message, stays] of [
      [first, ['of-grace']],
      [second, []],
    ] as const) {
      await checkRights(world, callAtPace(world, 2))(message?.check ?? { ownerId: '' }, new Date(Date.UTC(2030, 0)));
      expect(there()).toEqual(stays);
    }
  });

  it('puts out who was left with something and banned since', async () => {
    await invite('grace');
    await arrive(world, arn, 'grace');
    await withdraw('grace');
    world.ivs.exchange(arn, 'of-grace', identity('grace', 'viewer', SUBSCRIBE));
    world.bans.set('ada/grace', {});
    await runRightsChecks(world);
    expect(there()).toEqual([]);
  });

  it('puts out a guest who may only listen when a private stage is theirs no more', async () => {
    await invite('grace', { capabilities: SUBSCRIBE });
    await arrive(world, arn, 'grace');
    await makePrivate();
    world.rightsChecks.messages.length = 0;
    await withdraw('grace');
    await runRightsChecks(world);
    expect(there()).toEqual([]);
  });

  it('puts out a viewer who keeps more than they are invited to', async () => {
    await arrive(world, arn, 'viewer');
    await invite('viewer', { capabilities: ['SUBSCRIBE_AUDIO'] });
    await runRightsChecks(world);
    expect(there()).toEqual([]);
  });

  it('comes after 10 s, and once more when the last token of before has expired', async () => {
    await invite('grace');
    expect(world.rightsChecks.messages).toEqual([]);
    await withdraw('grace');
    expect(world.rightsChecks.messages).toEqual([
      { check: { ownerId: 'ada', userId: 'grace', left: SUBSCRIBE }, delaySeconds: 10 },
      { check: { ownerId: 'ada', userId: 'grace', left: SUBSCRIBE }, delaySeconds: 900 },
    ]);
  });

  it('comes also when the invitation was gone already: an answer may have got lost', async () => {
    await expect(withdraw('grace')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(world.rightsChecks.messages).toHaveLength(2);
  });

  it('clears a stage that was made private of all but host, guests, moderators and ingests without a user', async () => {
    await invite('guest', { capabilities: ['SUBSCRIBE_AUDIO'] });
    for (const userId of ['ada', 'guest', 'mod-1', 'viewer-1', 'viewer-2', 'viewer-3'])
      await arrive(world, arn, userId);
    world.ivs.join(arn, 'by-hand');
    world.rightsChecks.messages.length = 0;
    await makePrivate();
    const [report] = await runRightsChecks(world);
    expect(report).toMatchObject({ 'put-out': 3, 'unknown-user': 1, complete: true });
    expect(there()).toEqual(['by-hand', 'of-ada', 'of-guest', 'of-mod-1']);
  });

  it('makes no more than two calls a second of each operation', async () => {
    for (let i = 0; i < 8; i++) await arrive(world, arn, `viewer-${i}`);
    await makePrivate();
    world.ivs.calls.length = 0;
    await runRightsChecks(world);
    for (const operation of ['attributesOf', 'disconnect', 'listParticipants']) {
      const times = world.ivs.calls.filter((call) => call.operation === operation).map(({ at }) => at);
      times.slice(2).forEach((at, i) => {
        expect(at - (times[i] ?? 0)).toBeGreaterThanOrEqual(1000);
      });
    }
  });

  it('goes on in a new message where its time ran out, also in the middle of a page', async () => {
    for (let i = 0; i < 9; i++) await arrive(world, arn, `viewer-${i}`);
    await arrive(world, arn, 'mod-1');
    await makePrivate();
    const check = checkRights(world, callAtPace(world, 2));
    let messages = 0;
    for (let next = world.rightsChecks.messages.shift(); next; next = world.rightsChecks.messages.shift()) {
      if (next.delaySeconds === 900) continue;
      messages++;
      await check(next.check, new Date(world.now().getTime() + 1200));
    }
    expect(messages).toBeGreaterThan(2);
    expect(there()).toEqual(['of-mod-1']);
  });

  it('begins anew when another session goes on by now', async () => {
    await arrive(world, arn, 'viewer');
    const report = await checkRights(world, callAtPace(world, 2))(
      { ownerId: 'ada', cursor: 'st-another#7#9' },
      new Date(world.now().getTime() + 10_000),
    );
    expect(report).toMatchObject({ allowed: 1, complete: true });
  });

  it.each([
    ['there is no session', () => undefined],
    ['the stage is gone', () => world.ivs.removeStage(arn)],
  ])('finds nobody when %s', async (_why, happen) => {
    happen();
    await withdraw('grace').catch(() => undefined);
    expect(await runRightsChecks(world)).toEqual(
      Array(2).fill({ allowed: 0, 'put-out': 0, 'unknown-user': 0, complete: true }),
    );
  });
});

describe('a publisher', () => {
  const publishes = async (userId: string) => {
    world.ivs.publish(arn, `of-${userId}`);
    const [update] = world.ivs.events.splice(0);
    if (!update) throw new Error('IVS told nothing');
    return checkPublisher(world, callAtPace(world, 2))(update);
  };

  it('may be the owner, or a guest who is invited to publish', async () => {
    await invite('grace', { capabilities: ['PUBLISH_AUDIO'] });
    for (const userId of ['ada', 'grace']) {
      await arrive(world, arn, userId);
      expect(await publishes(userId)).toBe('allowed');
    }
  });

  it.each([
    ['whose invitation was withdrawn', () => withdraw('grace')],
    ['whose invitation has run out', async () => world.clock.advance(3_600_000)],
    ['who is invited to listen by now', () => invite('grace', { capabilities: ['SUBSCRIBE_AUDIO'] })],
    ['who was banned', async () => world.bans.set('ada/grace', {})],
  ])('%s is put out', async (_who, happens) => {
    await invite('grace', { expiresAt: new Date(world.now().getTime() + 3_600_000).toISOString() });
    await arrive(world, arn, 'grace');
    await happens();
    expect(await publishes('grace')).toBe('put-out');
    expect(there()).toEqual([]);
  });

  it('whose token names no user is left alone', async () => {
    world.ivs.join(arn, 'of-');
    expect(await publishes('')).toBe('unknown-user');
    expect(there()).toEqual(['of-']);
  });

  it('is left to a check when IVS takes no call', async () => {
    await invite('grace');
    await arrive(world, arn, 'grace');
    await world.memberships.deleteGuest('ada', 'grace');
    world.ivs.trouble = (operation) => (operation === 'disconnect' ? 'throttled' : undefined);
    expect(await publishes('grace')).toBe('left-to-a-check');
    world.ivs.trouble = () => undefined;
    await runRightsChecks(world);
    expect(there()).toEqual([]);
  });

  it('whose invitation has run out is found by the reconcile pass', async () => {
    await invite('grace', { expiresAt: new Date(world.now().getTime() + 120_000).toISOString() });
    await arrive(world, arn, 'grace');
    world.ivs.publish(arn, 'of-grace');
    expect(await reconcile(world)).toMatchObject({ putOut: 0 });
    world.clock.advance(120_000);
    expect(await reconcile(world)).toMatchObject({ putOut: 1 });
    expect(there()).toEqual([]);
  });
});

describe('a ban', () => {
  it('puts all participants of the user out at once, those with other rights too, and nobody else', async () => {
    await invite('grace');
    for (const participantId of ['one', 'two', 'three']) await arrive(world, arn, 'grace', participantId);
    await arrive(world, arn, 'mary');
    world.ivs.leave(arn, 'two');
    await ban('grace');
    expect(there()).toEqual(['of-mary']);
    for (const participantId of ['one', 'two', 'three']) expect(() => world.ivs.join(arn, participantId)).toThrow();
    expect(await identityOf(world, 'ada', 'grace')).toBeNull();
  });

  it('is carried out by the check that is under way when IVS takes no call', async () => {
    await arrive(world, arn, 'grace');
    world.ivs.trouble = () => 'throttled';
    await ban('grace');
    expect(there()).toEqual(['of-grace']);
    expect(world.log.messages('warn')).toEqual(['a banned user is put out some seconds later']);
    world.ivs.trouble = () => undefined;
    await runRightsChecks(world);
    expect(there()).toEqual([]);
  });

  it('is held against tokens with which nobody joined yet, by the reconcile pass, until all have expired', async () => {
    await arrive(world, arn, 'mary');
    await ban('grace');
    for (let minutes = 0; minutes < 25; minutes += 5) {
      world.ivs.join(arn, `late-${minutes}`, identity('grace', 'viewer', SUBSCRIBE));
      expect(await reconcile(world)).toMatchObject({ candidates: 1, putOut: 1 });
      expect(there()).toEqual(['of-mary']);
      world.clock.advance(300_000 - 10_000);
    }
    world.clock.advance(60_000);
    await reconcile(world);
    expect(await world.profiles.get('ada')).not.toHaveProperty('watchUntil');
  });

  it('of many is looked for by going through everybody once', async () => {
    await arrive(world, arn, 'mary');
    for (let i = 0; i < 6; i++) await ban(`banned-${i}`);
    world.ivs.join(arn, 'late', identity('banned-3', 'viewer', SUBSCRIBE));
    world.ivs.calls.length = 0;
    expect(await reconcile(world)).toMatchObject({ putOut: 1 });
    expect(world.ivs.calls.filter(({ operation }) => operation === 'listParticipants')).toHaveLength(1);
    expect(there()).toEqual(['of-mary']);
  });

  it('does not touch a moderator, whom no host can keep off', async () => {
    await arrive(world, arn, 'mod-1');
    await ban('mod-1');
    expect(there()).toEqual(['of-mod-1']);
    expect(await reconcile(world)).toMatchObject({ putOut: 0 });
    expect(await identityOf(world, 'ada', 'mod-1')).toMatchObject({ attributes: { role: 'moderator' } });
  });

  it('is forgotten when it is lifted', async () => {
    await ban('grace');
    await liftBan(world)('ada', host, 'grace');
    expect(await identityOf(world, 'ada', 'grace')).toMatchObject({ attributes: { role: 'viewer' } });
    await expect(liftBan(world)('ada', host, 'grace')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('in any order of their calls', () => {
  const scheduled = (scheduler: fc.Scheduler, name: string): World =>
    inProcess(world, { before: ({ method }) => scheduler.schedule(Promise.resolve(), `${name} ${method}`) });
  const refusedOrDone = (work: Promise<unknown>) =>
    work.catch((error: unknown) => {
      if (!(error instanceof StageError)) throw error;
    });

  it('invitations, withdrawals, bans and looks leave nobody with more than their rights', () =>
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.uniqueArray(fc.constantFrom('more', 'less', 'withdraw', 'ban', 'private', 'look', 'exchange', 'join'), {
          minLength: 2,
        }),
        async (scheduler, steps) => {
          world = createWorld();
          arn = await openStage(world);
          await invite('grace', { capabilities: ['PUBLISH_AUDIO', ...SUBSCRIBE] });
          await arrive(world, arn, 'grace');
          const works = steps.map((step) => {
            const services = scheduled(scheduler, step);
            return refusedOrDone(act(step, services));
          });
          await scheduler.waitIdle();
          await Promise.all(works);
          await runRightsChecks(world);
          const rights = (await identityOf(world, 'ada', 'grace'))?.attributes.capabilities?.split(',') ?? [];
          const sessionId = world.ivs.stages.get(arn)?.activeSessionId ?? '';
          for (const participantId of world.ivs.connected(arn)) {
            const held = await world.ivs.attributesOf(arn, sessionId, participantId, new AbortController().signal);
            for (const capability of held?.capabilities?.split(',') ?? []) expect(rights).toContain(capability);
          }
        },
      ),
      { numRuns: 500 },
    ));

  async function act(step: string, services: World): Promise<unknown> {
    switch (step) {
      case 'more':
        return invite('grace', {}, services);
      case 'less':
        return invite('grace', { capabilities: ['SUBSCRIBE_AUDIO'] }, services);
      case 'withdraw':
        return withdraw('grace', services);
      case 'ban':
        return ban('grace', services);
      case 'private':
        return changeUserStage(services)('ada', { visibility: 'invited' });
      case 'look':
        return checkRights(services, callAtPace(services, 2))({ ownerId: 'ada' }, new Date(Date.UTC(2030, 0)));
      case 'join': {
        // The token is made of rows that were read a moment before.
        const token = await identityOf(services, 'ada', 'grace');
        await services.profiles.get('ada');
        return token && world.ivs.join(arn, 'second', token);
      }
      default: {
        const token = await identityOf(services, 'ada', 'grace');
        return token && world.ivs.connected(arn).includes('of-grace') && world.ivs.exchange(arn, 'of-grace', token);
      }
    }
  }
});
