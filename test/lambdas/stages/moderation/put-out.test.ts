import { beforeEach, describe, expect, it } from '@jest/globals';
import { changeUserStage } from '../../../../lambdas/stages/change-user-stage.ts';
import { banUser } from '../../../../lambdas/stages/moderation/ban-user.ts';
import { callAtPace } from '../../../../lambdas/stages/moderation/call-ivs.ts';
import { checkPublisher } from '../../../../lambdas/stages/moderation/check-publisher.ts';
import { checkRights } from '../../../../lambdas/stages/moderation/check-rights.ts';
import { inviteGuest } from '../../../../lambdas/stages/moderation/invite-guest.ts';
import { kickParticipant } from '../../../../lambdas/stages/moderation/kick-participant.ts';
import { listBans, listGuests } from '../../../../lambdas/stages/moderation/list-members.ts';
import { listParticipants } from '../../../../lambdas/stages/moderation/list-participants.ts';
import { withdrawInvitation } from '../../../../lambdas/stages/moderation/withdraw-invitation.ts';
import { arrive, identity, runRightsChecks } from '../../../support/crowd.ts';
import { openStage, reconcile } from '../../../support/live-stage.ts';
import { createWorld, type World } from '../../../support/world.ts';

const host = { userId: 'ada', isModerator: false };

let world: World;
let arn: string;
beforeEach(async () => {
  world = createWorld();
  arn = await openStage(world);
});

const ban = (userId: string) => banUser(world)('ada', host, userId, {});
const kick = (participantId: string) => kickParticipant(world)('ada', host, participantId);
const clearStage = () => world.profiles.clearStage('ada', arn, true);
const publishes = async (participantId: string) => {
  world.ivs.publish(arn, participantId);
  const [update] = world.ivs.events.splice(0);
  if (!update) throw new Error('IVS told nothing');
  return checkPublisher(world, callAtPace(world, 2))(update);
};
const reasons = () => {
  const told: string[] = [];
  const disconnect = world.moderation.disconnect.bind(world.moderation);
  world.moderation.disconnect = async (stageArn, participantId, reason, signal) => {
    told.push(reason);
    return disconnect(stageArn, participantId, reason, signal);
  };
  return told;
};

describe('whoever is put out', () => {
  it('is told why', async () => {
    const told = reasons();
    await arrive(world, arn, 'banned');
    await arrive(world, arn, 'kicked');
    await inviteGuest(world)('ada', 'guest', {});
    await arrive(world, arn, 'guest');
    await ban('banned');
    await kick('of-kicked');
    await withdrawInvitation(world)('ada', 'guest');
    await runRightsChecks(world);
    expect([...new Set(told)]).toEqual([
      'banned from this stage',
      'disconnected by the host or a moderator',
      'no longer invited',
    ]);
  });

  it('is nobody who has left, when the whole stage is looked at', async () => {
    await arrive(world, arn, 'left');
    world.ivs.leave(arn, 'of-left');
    await changeUserStage(world)('ada', { visibility: 'invited' });
    expect((await runRightsChecks(world))[0]).toMatchObject({ 'put-out': 0 });
    expect(world.memberships.burnt.size).toBe(0);
  });

  it('is nobody whose token grants nothing', async () => {
    world.ivs.join(arn, 'of-grace', identity('grace', 'viewer', []));
    await changeUserStage(world)('ada', { visibility: 'invited' });
    expect((await runRightsChecks(world))[0]).toMatchObject({ allowed: 1, 'put-out': 0 });
  });

  it('is nobody of a stage on which nothing goes on', async () => {
    await expect(kick('of-nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(world.memberships.burnt.size).toBe(0);
  });
});

describe('a look at rights', () => {
  it('that has no time left says so, and goes on with the first whom it did not get to', async () => {
    await arrive(world, arn, 'grace');
    const check = checkRights(world, callAtPace(world, 2));
    const report = await check({ ownerId: 'ada', left: [] }, world.now());
    expect(report).toEqual({ allowed: 0, 'put-out': 0, 'unknown-user': 0, complete: false });
    const session = world.ivs.stages.get(arn)?.activeSessionId;
    expect(world.rightsChecks.messages).toEqual([
      { check: { ownerId: 'ada', left: [], cursor: `${session}#0#` }, delaySeconds: 0 },
    ]);
  });

  it('at a publisher leaves stages alone that nobody owns', async () => {
    world.ivs.join(arn, 'of-grace', identity('grace', 'viewer', []));
    world.stageOwners.owners.clear();
    expect(await publishes('of-grace')).toBe('allowed');
    expect(world.ivs.connected(arn)).toHaveLength(1);
  });

  it('at a publisher fails, and comes again with its message, when the rights cannot be read', async () => {
    world.ivs.join(arn, 'of-grace', identity('grace', 'viewer', []));
    world.stageAccess.read = () => Promise.reject(new Error('no table'));
    await expect(publishes('of-grace')).rejects.toThrow('no table');
    expect(world.rightsChecks.messages).toEqual([]);
  });
});

describe('a ban', () => {
  it('fails when who is there cannot be put out for another reason than IVS', async () => {
    await arrive(world, arn, 'grace');
    world.memberships.burn = () => Promise.reject(new Error('no table'));
    await expect(ban('grace')).rejects.toThrow('no table');
  });

  it.each([
    ['there is no stage', clearStage],
    ['the stage is being deleted', () => deleting()],
  ])('needs no watch while %s', async (_when, happens) => {
    await happens();
    await ban('grace');
    expect(await world.profiles.get('ada')).not.toHaveProperty('watchUntil');
  });
  const deleting = () => {
    const lease = { attemptId: 'r1', kind: 'remove', until: world.now().getTime() + 30_000, deleting: true } as const;
    return world.profiles.claimForRemoval(
      { userId: 'ada', stageArn: arn, idleHour: '2026-01-01T00' },
      lease,
      world.now(),
    );
  };

  it('is answered with "again" when others keep writing the profile, and the row stands', async () => {
    let tries = 0;
    world.liveStatus.replace = async () => {
      tries++;
      return undefined;
    };
    await expect(ban('grace')).rejects.toMatchObject({ code: 'UPSTREAM_THROTTLED' });
    expect(tries).toBe(6);
    expect(world.bans.has('ada/grace')).toBe(true);
  });

  it.each([
    [5, 5],
    [6, 1],
  ])('of %i users costs the reconcile pass %i lists', async (banned, lists) => {
    await arrive(world, arn, 'mary');
    for (let i = 0; i < banned; i++) await ban(`banned-${i}`);
    world.ivs.calls.length = 0;
    await reconcile(world);
    const looks = world.ivs.calls.map(({ operation }) => operation);
    expect(looks.filter((operation) => operation === 'listParticipants')).toHaveLength(lists);
    expect(looks).not.toContain('attributesOf');
  });
});

describe('a list', () => {
  it.each([
    [50, undefined],
    [51, 'u59'],
  ])('of %i bans or guests goes on behind %s', async (count, last) => {
    for (let i = 0; i < count; i++) {
      world.bans.set(`ada/u${10 + i}`, {});
      world.guests.set(`ada/u${10 + i}`, { capabilities: ['PUBLISH_AUDIO'] });
    }
    for (const page of [await listBans(world)('ada', host), await listGuests(world)('ada')]) {
      expect([page.members.length, page.last]).toEqual([50, last]);
    }
  });

  it('of participants is empty while there is no stage', async () => {
    await clearStage();
    expect(await listParticipants(world)('ada', host)).toEqual({ participants: [] });
  });
});
