import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { idleKeyOf, type ProfileItem } from '../../lambdas/adapters/profile-item.ts';
import { hourOf } from '../../lambdas/stages/profile.ts';
import { stageNameOf, tagsOf } from '../../lambdas/stages/stage-tags.ts';
import type { EmulatorState, Stage } from '../../local/ivs/index.ts';

export interface Population {
  readonly profiles: number;
  /** In IVS, orphans included. */
  readonly stages: number;
  /** Stages whose owner stayed away for 31 days. */
  readonly stale: number;
  /** Stages with a session, whose owner stayed away for just as long. */
  readonly live: number;
  /** Stages of owners whose profile names another. */
  readonly orphans: number;
}

/** What becomes of a user's stage, by the number of the user. */
export interface People {
  readonly items: readonly ProfileItem[];
  readonly state: EmulatorState;
  readonly staleArns: readonly string[];
  readonly liveArns: readonly string[];
  readonly orphanArns: readonly string[];
}

export const DEPLOYMENT = 'Stagedoor';
const DAY_MS = 86_400_000;

export function populate({ profiles, stages, stale, live, orphans }: Population, now: Date): People {
  const owners = stages - orphans;
  const staleSince = hourOf(new Date(now.getTime() - 31 * DAY_MS));
  const createdAt = new Date(now.getTime() - 60 * DAY_MS).toISOString();
  const arnOf = (i: number) => `arn:aws:ivs:us-east-1:000000000000:stage/stage${i}`;
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);
  const stage = (i: number, owner: number): Stage => ({
    arn: arnOf(i),
    name: stageNameOf(userIdOf(owner)),
    activeSessionId: '',
    endpoints: { events: '', whip: '', rtmp: '', rtmps: '' },
    tags: tagsOf({ ownerId: userIdOf(owner), deployment: DEPLOYMENT, attemptId: `attempt-${i}`, createdAt }),
  });
  return {
    items: range(0, profiles).map((i) => ({
      userId: userIdOf(i),
      displayName: `User ${i}`,
      visibility: 'public',
      ...(i < owners && {
        idlePartition: 'idle',
        idleKey: idleKeyOf(i < stale + live ? staleSince : hourOf(now), userIdOf(i)),
        stageArn: arnOf(i),
        stageName: stageNameOf(userIdOf(i)),
        stageCreatedAt: createdAt,
        stageAttempt: `attempt-${i}`,
        endpointsAt: createdAt,
        checkedAt: createdAt,
      }),
    })),
    state: { stages: range(0, stages).map((i) => stage(i, i < owners ? i : i - owners + stale + live)) },
    staleArns: range(0, stale).map(arnOf),
    liveArns: range(stale, stale + live).map(arnOf),
    orphanArns: range(owners, stages).map(arnOf),
  };
}

const userIdOf = (i: number): string => `user-${String(i).padStart(6, '0')}`;

const ITEMS_PER_CALL = 25;

export async function writeProfiles(
  client: DynamoDBDocumentClient,
  table: string,
  items: readonly ProfileItem[],
): Promise<void> {
  for (let from = 0; from < items.length; from += ITEMS_PER_CALL) {
    const requests = items.slice(from, from + ITEMS_PER_CALL).map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
  }
}
