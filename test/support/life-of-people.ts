import fc from 'fast-check';
import type { Capability, UserId } from '../../contract/stages.ts';
import { exchangeParticipantToken } from '../../lambdas/stages/access/exchange-participant-token.ts';
import { getParticipantToken } from '../../lambdas/stages/access/get-participant-token.ts';
import { changeUserStage } from '../../lambdas/stages/change-user-stage.ts';
import { banUser, liftBan } from '../../lambdas/stages/moderation/ban-user.ts';
import { inviteGuest } from '../../lambdas/stages/moderation/invite-guest.ts';
import { kickParticipant } from '../../lambdas/stages/moderation/kick-participant.ts';
import { withdrawInvitation } from '../../lambdas/stages/moderation/withdraw-invitation.ts';
import { arbitraryFate, befalling, type Fate, meet } from './fates.ts';
import { checkDueRights } from './life-processes.ts';
import { asks, type Step, step } from './life-step.ts';
import { callerOf } from './people.ts';
import { type Life, OWNERS, type Ticket } from './whole-life.ts';
import type { World } from './world.ts';

const PEOPLE: readonly UserId[] = ['hanna', 'ivo', 'mod-1', ...OWNERS];
const HOUR_MS = 3_600_000;

/** The first one more often, so that stories cross. */
const arbitraryOwner = fc.constantFrom('ada', ...OWNERS);
const arbitraryPerson = fc.constantFrom(...PEOPLE);
const arbitraryGuest = fc.constantFrom('hanna', 'ivo');

interface Place {
  readonly ownerId: UserId;
  readonly userId: UserId;
  readonly fate: Fate;
}
const arbitraryPlace: fc.Arbitrary<Place> = fc.record({
  ownerId: arbitraryOwner,
  userId: arbitraryPerson,
  fate: arbitraryFate,
});
const arbitraryGuestPlace: fc.Arbitrary<Place> = fc.record({
  ownerId: arbitraryOwner,
  userId: arbitraryGuest,
  fate: arbitraryFate,
});

const asksForToken = ({ ownerId, userId, fate }: Place): Step =>
  step(`${userId} asks for a token of ${ownerId}'s stage${befalling(fate)}`, (life) =>
    meet(
      life,
      async (services) => {
        const token = await getParticipantToken(services)(ownerId, callerOf(userId), {});
        life.tickets.push({ ...token, ownerId });
      },
      fate,
    ),
  );

const exchanges = (which: number, fate: Fate): Step =>
  step(`token ${which} is exchanged${befalling(fate)}`, (life) => {
    const held = ticketAt(life, which);
    if (!held) return;
    return meet(
      life,
      async (services) => {
        const { ownerId, userId, token } = held;
        const exchanged = {
          ...(await exchangeParticipantToken(services)(ownerId, callerOf(userId), { token })),
          ownerId,
        };
        life.tickets.push(exchanged);
        const { ivs } = life.world;
        if (ivs.connected(held.stageArn).includes(held.participantId)) {
          ivs.exchange(held.stageArn, held.participantId, identityIn(exchanged));
        }
      },
      fate,
    );
  });

/** -1: the last one. */
const ticketAt = ({ tickets }: Life, which: number): Ticket | undefined =>
  tickets.at(which % Math.max(1, tickets.length));

/** IVS looks at the token now and never again. */
const joins = (which: number): Step =>
  step(`somebody joins with token ${which}, and publishes if it lets them`, (life) => {
    const { world } = life;
    const ticket = ticketAt(life, which);
    if (!ticket || !admits(world, ticket)) return;
    const { stageArn, participantId, capabilities } = ticket;
    world.ivs.join(stageArn, participantId, identityIn(ticket));
    if (capabilities.some((capability) => capability.startsWith('PUBLISH_')))
      world.ivs.publish(stageArn, participantId);
  });

const admits = ({ ivs, now }: World, { stageArn, participantId, expiresAt }: Ticket): boolean =>
  ivs.stages.has(stageArn) && Date.parse(expiresAt) > now().getTime() && !ivs.wasPutOut(stageArn, participantId);

const identityIn = ({ userId, role, capabilities }: Ticket) => ({
  userId,
  attributes: { name: userId, role, capabilities: capabilities.join(',') },
});

const bans = ({ ownerId, userId, fate }: Place): Step =>
  asks(
    `${ownerId} bans ${userId}`,
    () => (services) => banUser(services)(ownerId, callerOf(ownerId), userId, {}),
    fate,
  );

const lifts = ({ ownerId, userId, fate }: Place): Step =>
  asks(
    `mod-1 lifts ${ownerId}'s ban of ${userId}`,
    () => (services) => liftBan(services)(ownerId, callerOf('mod-1'), userId),
    fate,
  );

const kicks = (which: number, fate: Fate): Step =>
  asks(
    `mod-1 kicks the holder of token ${which}`,
    (life) => {
      const ticket = ticketAt(life, which);
      return async (services) => {
        if (ticket) await kickParticipant(services)(ticket.ownerId, callerOf('mod-1'), ticket.participantId);
      };
    },
    fate,
  );

/** Comes, is put out, and would stay with another token. */
const isKicked = (place: Place): Step => {
  const steps = [asksForToken({ ...place, fate: NOTHING }), joins(-1), kicks(-1, place.fate), exchanges(-1, NOTHING)];
  return step(`${steps.join('; ')}`, async (life) => {
    for (const each of steps) await each.run({}, life);
  });
};
const NOTHING: Fate = { befalls: 'nothing', at: 0 };

const arbitraryRights: fc.Arbitrary<readonly [Capability, ...Capability[]]> = fc.constantFrom(
  ['PUBLISH_AUDIO', 'PUBLISH_VIDEO', 'SUBSCRIBE_AUDIO', 'SUBSCRIBE_VIDEO'],
  ['PUBLISH_AUDIO', 'SUBSCRIBE_AUDIO'],
  ['SUBSCRIBE_AUDIO'],
);

const invites = ({ ownerId, userId, fate }: Place, capabilities: readonly Capability[], endsInAnHour: boolean): Step =>
  asks(
    `${ownerId} invites ${userId} to ${capabilities}${endsInAnHour ? ' for an hour' : ''}`,
    ({ world }) => {
      const expiresAt = new Date(world.now().getTime() + HOUR_MS).toISOString();
      const invitation = { capabilities, ...(endsInAnHour && { expiresAt }) };
      return (services) => inviteGuest(services)(ownerId, userId, invitation);
    },
    fate,
  );

const withdraws = ({ ownerId, userId, fate }: Place): Step =>
  asks(
    `${ownerId} withdraws the invitation of ${userId}`,
    () => (services) => withdrawInvitation(services)(ownerId, userId),
    fate,
  );

const shows = (ownerId: UserId, visibility: 'public' | 'invited', fate: Fate): Step =>
  asks(`${ownerId} is ${visibility}`, () => (services) => changeUserStage(services)(ownerId, { visibility }), fate);

const looksAtRights = (fate: Fate): Step =>
  step(`due rights are looked at${befalling(fate)}`, (life) =>
    meet(life, (services) => checkDueRights(life, services), fate),
  );

/** Who comes onto the stages, with which tokens, and who puts them out. */
export const stepsOfPeople = [
  arbitraryPlace.map(asksForToken),
  ...Array.from({ length: 3 }, () => [arbitraryGuestPlace.map(asksForToken), fc.nat(4).map(joins)]).flat(),
  fc.tuple(fc.nat(20), arbitraryFate).map((given) => exchanges(...given)),
  arbitraryGuestPlace.map(isKicked),
  arbitraryGuestPlace.map(bans),
  arbitraryPlace.map(bans),
  arbitraryGuestPlace.map(lifts),
  fc.tuple(fc.nat(20), arbitraryFate).map((given) => kicks(...given)),
  fc.tuple(arbitraryGuestPlace, arbitraryRights, fc.boolean()).map((given) => invites(...given)),
  arbitraryGuestPlace.map(withdraws),
  fc
    .tuple(arbitraryOwner, fc.constantFrom('public' as const, 'invited' as const), arbitraryFate)
    .map((given) => shows(...given)),
  arbitraryFate.map(looksAtRights),
];
