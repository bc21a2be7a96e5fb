import { type DynamoDBDocumentClient, paginateQuery, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { UserId } from '../../contract/stages.ts';
import type { LiveCursor, LivePage, LiveStage, LiveStatusChange, LiveStatusStore } from '../stages/ports.ts';
import { latestWatch, type Profile } from '../stages/profile.ts';
import { idleAttributes, type ProfileItem } from './profile-item.ts';
import { updateProfile } from './profile-update.ts';
import { LIVE_INDEX, WATCH_INDEX } from './table-layout.ts';

const LIVE = 'live';
const WATCH = 'watch';

/** Live status in the profiles' items and in two of their indexes. */
export class DynamoLiveStatusStore implements LiveStatusStore {
  readonly #client: DynamoDBDocumentClient;
  readonly #tableName: string;

  constructor(client: DynamoDBDocumentClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** Sent twice: refused, and whoever reads again finds what they wrote. */
  async replace(read: Profile, next: LiveStatusChange, now: Date, signal?: AbortSignal): Promise<Profile | undefined> {
    const { userId, liveRevision, stage } = read;
    const attributes = Object.entries(toAttributes(read, next, now));
    return updateProfile(
      this.#client,
      this.#tableName,
      {
        userId,
        set: Object.fromEntries(attributes.filter(([, value]) => value !== undefined)),
        remove: attributes.flatMap(([name, value]) => (value === undefined ? [name as keyof ProfileItem] : [])),
        condition: [
          'attribute_exists(#userId)',
          stage ? '#stageArn = :stageArn' : 'attribute_not_exists(#stageArn)',
          liveRevision > 0 ? '#liveRevision = :readRevision' : 'attribute_not_exists(#liveRevision)',
          '(attribute_not_exists(#lease.#deleting) OR #lease.#until <= :now)',
        ].join(' AND '),
        values: {
          now: now.getTime(),
          ...(stage && { stageArn: stage.arn }),
          ...(liveRevision > 0 && { readRevision: liveRevision }),
        },
      },
      signal,
    );
  }

  async listLive(limit: number, cursor?: LiveCursor): Promise<LivePage> {
    const command = new QueryCommand({
      TableName: this.#tableName,
      IndexName: LIVE_INDEX.name,
      KeyConditionExpression: `livePartition = :live${cursor ? ' AND liveKey < :cursor' : ''}`,
      ExpressionAttributeValues: {
        ':live': LIVE,
        ...(cursor && { ':cursor': liveKeyOf(cursor.liveSince, cursor.ownerId) }),
      },
      ScanIndexForward: false,
      // One more tells whether there is another page.
      Limit: limit + 1,
    });
    const { Items = [] } = await this.#client.send(command);
    const stages = (Items as LiveItem[]).slice(0, limit).map(toLiveStage);
    const last = stages.at(-1);
    return {
      stages,
      ...(last && Items.length > limit && { cursor: { ownerId: last.ownerId, liveSince: last.liveSince } }),
    };
  }

  async *listWatched(): AsyncIterable<UserId> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#tableName,
        IndexName: WATCH_INDEX.name,
        KeyConditionExpression: 'watchPartition = :watch',
        ExpressionAttributeValues: { ':watch': WATCH },
      },
    );
    for await (const { Items = [] } of pages) {
      for (const { userId } of Items as Pick<ProfileItem, 'userId'>[]) yield userId;
    }
  }
}

type LiveItem = Required<Pick<ProfileItem, 'userId' | 'displayName' | 'liveSince' | 'publisherCount'>>;

const toLiveStage = ({ userId, displayName, liveSince, publisherCount }: LiveItem): LiveStage => ({
  ownerId: userId,
  displayName,
  liveSince,
  publisherCount,
});

type Attributes = { readonly [K in keyof ProfileItem]?: ProfileItem[K] | undefined };

/** All that depends on who publishes; what is undefined is removed. */
function toAttributes(read: Profile, next: LiveStatusChange, now: Date): Attributes {
  const { userId, liveRevision } = read;
  const { publishers, live, publisherCount, doubtful, visibility, idleHour } = next;
  const liveSince = next.liveSince ?? undefined;
  const isListed = liveSince !== undefined && visibility === 'public';
  const watchUntil = latestWatch(read, next, now);
  const isWatched = live || doubtful || watchUntil !== undefined;
  return {
    visibility,
    publishers,
    live,
    liveSince,
    publisherCount,
    doubtful,
    watchUntil,
    liveRevision: liveRevision + 1,
    livePartition: isListed ? LIVE : undefined,
    liveKey: isListed ? liveKeyOf(liveSince, userId) : undefined,
    watchPartition: isWatched ? WATCH : undefined,
    watchKey: isWatched ? userId : undefined,
    ...(idleHour !== undefined && idleAttributes(idleHour, userId)),
  };
}

const liveKeyOf = (liveSince: string, userId: UserId): string => `${liveSince}#${userId}`;
