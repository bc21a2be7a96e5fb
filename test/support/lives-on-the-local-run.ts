import { DeleteStageCommand, type IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import type { Capability, ParticipantToken, UserId } from '../../contract/stages.ts';
import { isRefusal, type Presence } from '../../local/ivs/index.ts';
import type { Answer, LocalSystem, User } from './local-system.ts';
import type { Tally } from './tally.ts';

export interface Stay {
  readonly presence: Presence;
  readonly stageArn: string;
  publishes: boolean;
}

/** One user, who has a stage, and visits another one's. */
export interface Person {
  readonly user: User;
  /** By the stage's owner. */
  readonly stays: Map<UserId, Stay>;
  readonly tokens: Map<UserId, ParticipantToken>;
  /** Whom this owner banned: whether the API said that it is done. */
  readonly bans: Map<UserId, 'asked' | 'done'>;
  /** Whom this owner ever invited. */
  readonly invited: Set<UserId>;
}

export const newPerson = (user: User): Person => ({
  user,
  stays: new Map(),
  tokens: new Map(),
  bans: new Map(),
  invited: new Set(),
});

export interface Neighbourhood {
  readonly system: LocalSystem;
  readonly ivs: IVSRealTimeClient;
  readonly befell: Tally;
  /** What must never happen and did. */
  readonly violations: string[];
}

type Act = (near: Neighbourhood, me: Person, other: Person) => Promise<unknown>;

export const deeds = {
  asks: (_near, { user }) => user.put('/me/stage'),
  hides: (_near, { user }) => user.patch('/me/stage', { visibility: 'invited' }),
  shows: (_near, { user }) => user.patch('/me/stage', { visibility: 'public' }),
  publishes: (near, me) => enter(near, me, me),
  'stops publishing': async (_near, { user, stays }) => {
    const stay = stays.get(user.userId);
    stay?.presence.unpublish();
    if (stay) stay.publishes = false;
  },
  leaves: async (_near, { user, stays }) => {
    stays.get(user.userId)?.presence.leave('user-initiated');
    stays.delete(user.userId);
  },
  visits: (near, me, other) => enter(near, me, other),
  exchanges,
  invites: (_near, me, { user: { userId } }) => {
    me.invited.add(userId);
    return me.user.put(`/me/stage/guests/${userId}`, {});
  },
  withdraws: (_near, me, other) => me.user.delete(`/me/stage/guests/${other.user.userId}`),
  bans,
  lifts: async (_near, me, { user: { userId } }) => {
    // From here on nobody knows until it is asked for again.
    me.bans.delete(userId);
    await me.user.delete(`/stages/${me.user.userId}/bans/${userId}`);
  },
  kicks: async (_near, me, other) => {
    const participantId = other.stays.get(me.user.userId)?.presence.participantId;
    if (participantId) await me.user.delete(`/stages/${me.user.userId}/participants/${participantId}`);
  },
  'deletes themselves': (_near, { user, bans }) => {
    bans.clear();
    return user.delete('/me');
  },
  'loses the stage': async ({ ivs }, { user }) => {
    const { arn } = (await user.get('/me/stage')).body;
    if (arn) await ivs.send(new DeleteStageCommand({ arn })).catch(() => undefined);
  },
  // Another one's may be under way.
  'sees a clean-up in a month': ({ system }) =>
    system.cleanUp({ time: new Date(Date.now() + 31 * 86_400_000).toISOString() }).catch(() => undefined),
} satisfies Readonly<Record<string, Act>>;
export type Deed = keyof typeof deeds;

async function bans(_near: Neighbourhood, me: Person, { user: { userId } }: Person): Promise<void> {
  me.bans.set(userId, 'asked');
  const { status } = await me.user.put(`/stages/${me.user.userId}/bans/${userId}`, {});
  if (status === 204) me.bans.set(userId, 'done');
}

/** With a new token; whoever may publishes. */
async function enter(near: Neighbourhood, me: Person, host: Person): Promise<void> {
  const ownerId = host.user.userId;
  me.stays.get(ownerId)?.presence.leave('user-initiated');
  me.stays.delete(ownerId);
  const wasBanned = host.bans.get(me.user.userId) === 'done';
  const answer = await me.user.post(`/stages/${ownerId}/tokens`);
  if (answer.status !== 201) return;
  near.befell.count('a token is issued');
  assertWithin(near, me, host, answer, wasBanned);
  me.tokens.set(ownerId, answer.body);
  const { live } = near.system.cloud.ivs;
  const admission = live.verify(answer.body.token);
  if (isRefusal(admission)) return;
  const presence = live.join(admission, { end: () => me.stays.delete(ownerId) });
  if (isRefusal(presence)) return;
  const stay: Stay = { presence, stageArn: answer.body.stageArn, publishes: false };
  me.stays.set(ownerId, stay);
  if (admission.canPublish) stay.publishes = presence.publish() === undefined;
}

/** The other one's token, else the own. */
async function exchanges(near: Neighbourhood, me: Person, other: Person): Promise<void> {
  const host = me.tokens.has(other.user.userId) ? other : me;
  const ownerId = host.user.userId;
  const held = me.tokens.get(ownerId);
  if (!held) return;
  const wasBanned = host.bans.get(me.user.userId) === 'done';
  const answer = await me.user.post(`/stages/${ownerId}/tokens/exchange`, { token: held.token });
  if (answer.status !== 200) return;
  near.befell.count('a token is exchanged');
  assertWithin(near, me, host, answer, wasBanned);
  me.tokens.set(ownerId, answer.body);
  const stay = me.stays.get(ownerId);
  if (stay?.presence.participantId !== answer.body.participantId) return;
  const admission = stay.presence.exchange(answer.body.token);
  if (!isRefusal(admission) && !admission.canPublish) stay.publishes = false;
}

const PUBLISH: readonly Capability[] = ['PUBLISH_AUDIO', 'PUBLISH_VIDEO'];

/** As far as it can be told from outside, where all happens at once. */
function assertWithin(
  { violations }: Neighbourhood,
  me: Person,
  host: Person,
  { body: { capabilities, role } }: Answer<ParticipantToken>,
  wasBanned: boolean,
): void {
  const isHost = me === host;
  const isStillBanned = host.bans.get(me.user.userId) === 'done';
  const publishes = capabilities.some((capability) => PUBLISH.includes(capability));
  if (wasBanned && isStillBanned) violations.push(`${me.user.userId} got a token in spite of a ban`);
  if (isHost !== (role === 'host')) violations.push(`${me.user.userId} got a token of a ${role}`);
  if (!isHost && publishes && !host.invited.has(me.user.userId)) violations.push('a viewer got a token to publish');
}
