import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { ProfileItem } from '../../lambdas/adapters/profile-item.ts';
import { OWNER_TAG, stageIdOf } from '../../lambdas/stages/stage-tags.ts';
import type { Cloud } from './cloud.ts';

type Row = Readonly<Record<string, unknown>> & { readonly ownerId: string; readonly memberKey: string };

/** By part. */
export type State = Readonly<Record<string, unknown>>;

/** All that matters of a cloud, without ids and times: two that went the same way are equal. */
export async function stateOf(cloud: Cloud): Promise<State> {
  const { tables, ivs, present } = cloud;
  const profiles = await scan<ProfileItem>(cloud, tables.profiles);
  const pointers = await scan<{ readonly stageId: string; readonly ownerId: string }>(cloud, tables.stageOwners);
  const rows = await scan<Row>(cloud, tables.stageMembers);
  const { stages, ingestConfigurations = [], publicKeys = [] } = ivs.snapshot();
  const ownerOf = new Map(pointers.map(({ stageId, ownerId }) => [stageId, ownerId]));
  const exists = (arn: string) => stages.some((stage) => stage.arn === arn);
  const slots = new Map(rows.flatMap((row) => (row.memberKey === 'ingest#slot' ? [[row.ownerId, row.ingest]] : [])));
  const namedIngest = (ownerId: string) => (slots.get(ownerId) as { readonly arn: string } | undefined)?.arn;
  return {
    profiles: sorted(profiles.map((profile) => profileState(cloud, profile, exists, ownerOf))),
    stages: sorted(stages.map(({ arn, tags }) => [tags[OWNER_TAG], isNamed(profiles, arn) ? 'named' : 'dangling'])),
    pointers: sorted(
      pointers.map(({ stageId, ownerId }) => [ownerId, stages.some(({ arn }) => stageIdOf(arn) === stageId)]),
    ),
    rows: sorted(rows.filter(isLasting).map(rowState)),
    ingests: sorted(ingestConfigurations.map(({ arn, userId }) => [userId, namedIngest(userId) === arn])),
    publicKeys: publicKeys.length,
    present: sorted([...present.values()].map(({ userId }) => userId)),
    waiting: waitingMessages(cloud),
  };
}

/** Each of them once: a message may come twice. */
function waitingMessages({ sqs, queues }: Cloud): object {
  const counts = [queues.provisioning, queues.rightsChecks].map(({ arn }) => sqs.messages(arn));
  return counts.map(({ visible, inFlight, delayed }) => visible + inFlight + delayed > 0);
}

async function scan<Item>({ tables }: Cloud, TableName: string): Promise<readonly Item[]> {
  const { Items = [] } = await tables.client.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return Items as Item[];
}

function profileState(
  { arrangedStages }: Cloud,
  profile: ProfileItem,
  exists: (arn: string) => boolean,
  ownerOf: ReadonlyMap<string, string>,
): object {
  const { userId, displayName, visibility, stageArn, stageName, endpoints, live, publisherCount, lease } = profile;
  return {
    userId,
    displayName,
    visibility,
    live: live === true,
    publisherCount: publisherCount ?? 0,
    isIdle: profile.idleKey !== undefined,
    isAbsent: profile.absentSince !== undefined,
    isQueued: stageArn === undefined && profile.queuedAt !== undefined,
    // That of a removal keeps everybody out even after its end.
    isBeingRemoved: lease?.kind === 'remove',
    ...(stageArn !== undefined && {
      stage: {
        stageName,
        exists: exists(stageArn),
        isFirst: arrangedStages.has(stageArn),
        isPointedAt: ownerOf.get(stageIdOf(stageArn)) === userId,
        hasEndpoints: endpoints?.events !== undefined,
      },
    }),
  };
}

const isNamed = (profiles: readonly ProfileItem[], arn: string) => profiles.some(({ stageArn }) => stageArn === arn);

/** Rates, shared lists and the leases of runs go by themselves. */
const isLasting = ({ memberKey }: Row): boolean => !/^(rate|participants|lease)#/.test(memberKey);

const rowState = ({ ownerId, memberKey, capabilities, ingest }: Row) => [
  ownerId,
  memberKey.replace(/^burnt#.*/, 'burnt'),
  capabilities ?? (ingest ? 'ingest' : ''),
];

const sorted = (values: readonly unknown[]): readonly unknown[] =>
  [...values].sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
