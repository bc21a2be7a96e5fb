import type { UserId } from '../../contract/stages.ts';
import { OWNER_TAG } from '../../lambdas/stages/stage-tags.ts';
import type { World } from '../support/world.ts';

/** All that belongs to an owner, part by part, as texts that can be compared. */
export interface OwnerState {
  readonly profile: string;
  readonly stages: string;
  readonly guests: string;
  readonly bans: string;
  readonly burnt: string;
  readonly ingests: string;
  readonly participants: string;
}

export type Part = keyof OwnerState;

export function statesOf(world: World, userIds: readonly UserId[]): ReadonlyMap<UserId, OwnerState> {
  const guests = rowsByOwner(world.guests);
  const bans = rowsByOwner(world.bans);
  const burnt = rowsByOwner(world.memberships.burnt);
  const profiles = new Map(world.profiles.all().map((profile) => [profile.userId, JSON.stringify(profile)]));
  return new Map(
    userIds.map((userId) => [
      userId,
      {
        profile: profiles.get(userId) ?? 'null',
        guests: guests.get(userId) ?? '',
        bans: bans.get(userId) ?? '',
        burnt: burnt.get(userId) ?? '',
        ...stagesOf(world, userId),
      },
    ]),
  );
}

function stagesOf(world: World, userId: UserId): Pick<OwnerState, 'stages' | 'ingests' | 'participants'> {
  const stages = [...world.ivs.stages.values()].filter(({ tags }) => tags[OWNER_TAG] === userId);
  const pointers = [...world.stageOwners.owners].filter(([, owner]) => owner === userId);
  const ingests = [...world.ingests.configurations.values()].filter((ingest) => ingest.userId === userId);
  return {
    stages: JSON.stringify([stages.map(({ arn, name, tags }) => ({ arn, name, tags })), pointers]),
    ingests: JSON.stringify([ingests, rowsByOwner(world.stageMembers.rows).get(userId)]),
    participants: JSON.stringify(stages.map(({ arn }) => world.ivs.connected(arn))),
  };
}

/** Rows are named `<ownerId>/…`. */
function rowsByOwner(rows: ReadonlyMap<string, unknown>): ReadonlyMap<UserId, string> {
  const texts = new Map<UserId, string>();
  for (const [key, row] of rows) {
    const ownerId = key.slice(0, key.indexOf('/'));
    texts.set(ownerId, `${texts.get(ownerId) ?? ''}${key} ${JSON.stringify(row)}\n`);
  }
  return texts;
}

export const changedParts = (before: OwnerState, after: OwnerState): readonly Part[] =>
  (Object.keys(before) as Part[]).filter((part) => before[part] !== after[part]);
