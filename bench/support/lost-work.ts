import { isDeepStrictEqual } from 'node:util';
import type { ProfileItem } from '../../lambdas/adapters/profile-item.ts';
import type { LocalCloud } from '../../local/cloud/index.ts';
import { type Admission, isRefusal, type Stage } from '../../local/ivs/index.ts';
import type { Outcome } from './load-generator.ts';
import { type Crowd, eventWork, exchangeWork, type TokenWork, tokenWork, type Work } from './load-mix.ts';
import { claimsOf } from './load-requests.ts';
import { readProfiles } from './read-profiles.ts';

export interface WorkDone {
  readonly outcomes: readonly Outcome[];
  /** Those that IVS had to tell, in this order. */
  readonly events: readonly Pick<Work, 'turn'>[];
}

/** What was accepted, and is not done (yet): a line each, beginning with its kind. */
export async function findUndoneWork(cloud: LocalCloud, crowd: Crowd, done: WorkDone): Promise<readonly string[]> {
  const profiles = new Map((await readProfiles(cloud)).map((profile) => [profile.userId, profile]));
  return [...findLostSignIns(done.outcomes, profiles, cloud.ivs.stages()), ...findLostEvents(crowd, done, profiles)];
}

type Profiles = ReadonlyMap<string, ProfileItem>;

function findLostSignIns(outcomes: readonly Outcome[], profiles: Profiles, stages: readonly Stage[]): string[] {
  const signIns = outcomes.filter(({ kind, token }) => kind.endsWith('sign-in') && token !== undefined);
  const byUser = Object.entries(Object.groupBy(signIns, ({ token = '' }) => claimsOf(token).sub));
  return byUser.flatMap(([userId, visits = []]) => {
    const { stageArn, lastLoginAt = '' } = profiles.get(userId) ?? {};
    const own = stages.filter(({ tags }) => tags['stagedoor:owner'] === userId);
    const hasStage = own.length === 1 && own[0]?.arn === stageArn;
    return [
      ...(hasStage ? [] : [`sign-in: ${userId} has ${own.length} stages, and the profile names ${stageArn}`]),
      ...(Date.parse(lastLoginAt) >= lastVisitAt(visits) ? [] : [`sign-in: the last one of ${userId} is not noted`]),
    ];
  });
}

/** Of visits at the same time either may be noted last. */
function lastVisitAt(visits: readonly Outcome[]): number {
  const lastSentAt = Math.max(...visits.map(({ sentAt }) => sentAt));
  return Math.min(...visits.filter(({ answeredAt }) => answeredAt >= lastSentAt).map(({ sentAt }) => sentAt));
}

function findLostEvents(crowd: Crowd, { events }: WorkDone, profiles: Profiles): string[] {
  const publishing = new Map<string, boolean>();
  for (const { turn } of events) {
    const { owner, device, publishes } = eventWork(crowd, turn);
    publishing.set(owner.hostTokens[device], publishes);
  }
  return crowd.flatMap(({ userId, hostTokens }) => {
    const told = hostTokens.filter((token) => publishing.get(token)).length;
    const { live = false, publisherCount = 0 } = profiles.get(userId) ?? {};
    if (publisherCount === told && live === told > 0) return [];
    return [`event: ${told} publish on the stage of ${userId}, and the profile says ${publisherCount}, live: ${live}`];
  });
}

/** Tokens that do not let in whom they were made for, as what they were made for: a line each, beginning with its kind. */
export function findWrongTokens({ ivs }: LocalCloud, crowd: Crowd, outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.flatMap(({ kind, turn, token }) => {
    if (token === undefined || (kind !== 'token' && kind !== 'exchange')) return [];
    const admission = ivs.live.verify(token);
    if (isRefusal(admission)) return [`${kind}: ${turn} is refused: ${admission.message}`];
    const given = rightsOf(admission);
    const wanted = kind === 'token' ? wantedOfToken(crowd, turn, given) : wantedOfExchange(crowd, turn);
    return isDeepStrictEqual(given, wanted) ? [] : [`${kind}: ${turn} gives ${format(given)}, not ${format(wanted)}`];
  });
}

type Rights = ReturnType<typeof rightsOf>;

const rightsOf = ({ issuedBy, userId, participantId, stageArn, attributes, canPublish }: Admission) => ({
  issuedBy,
  userId,
  participantId,
  stageArn,
  role: attributes.role,
  capabilities: attributes.capabilities,
  canPublish,
});

/** Any participant will do. */
function wantedOfToken(crowd: Crowd, turn: number, { participantId }: Rights): Rights {
  return wantedRights(tokenWork(crowd, turn), participantId);
}

function wantedOfExchange(crowd: Crowd, turn: number): Rights {
  const work = exchangeWork(crowd, turn);
  return wantedRights(work, claimsOf(work.caller.hostTokens[0]).jti);
}

const wantedRights = ({ caller, owner, role, capabilities }: TokenWork, participantId: string): Rights => ({
  issuedBy: 'key-pair',
  userId: caller.userId,
  participantId,
  stageArn: owner.stageArn,
  role,
  capabilities: capabilities.join(','),
  canPublish: capabilities.includes('PUBLISH_VIDEO'),
});

const format = (rights: Rights): string => JSON.stringify(rights);
