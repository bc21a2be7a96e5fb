import {
  type Event,
  type EventName,
  type IVSRealTimeClient,
  ListParticipantEventsCommand,
  ListParticipantsCommand,
  type ParticipantSummary,
} from '@aws-sdk/client-ivs-realtime';
import type { IvsParticipant, IvsParticipants, PublishingChange } from '../stages/ports.ts';
import { ivsCall } from './ivs-errors.ts';

const MOST_PER_PAGE = 100;

/** Who is on a stage, as Amazon IVS Real-Time tells it. */
export class AwsIvsParticipants implements IvsParticipants {
  readonly #client: IVSRealTimeClient;

  constructor(client: IVSRealTimeClient) {
    this.#client = client;
  }

  async listPublishers(stageArn: string, sessionId: string, cursor: string | undefined, abortSignal: AbortSignal) {
    const command = new ListParticipantsCommand({
      stageArn,
      sessionId,
      // Has ever published in the session: "published" does not mean now.
      filterByPublished: true,
      maxResults: MOST_PER_PAGE,
      ...(cursor !== undefined && { nextToken: cursor }),
    });
    const { participants, nextToken } = await ivsCall('ListParticipants', this.#client.send(command, { abortSignal }));
    return { participants: toIvsParticipants(participants), ...(nextToken && { cursor: nextToken }) };
  }

  async listPublishing(
    stageArn: string,
    sessionId: string,
    participantId: string,
    cursor: string | undefined,
    abortSignal: AbortSignal,
  ) {
    const command = new ListParticipantEventsCommand({
      stageArn,
      sessionId,
      participantId,
      maxResults: MOST_PER_PAGE,
      ...(cursor !== undefined && { nextToken: cursor }),
    });
    const { events = [], nextToken } = await ivsCall(
      'ListParticipantEvents',
      this.#client.send(command, { abortSignal }),
    );
    return { changes: events.flatMap(toChange), ...(nextToken && { cursor: nextToken }) };
  }
}

/** Without those of other stages that are shown on this one too. */
export const toIvsParticipants = (summaries: readonly ParticipantSummary[] = []): readonly IvsParticipant[] =>
  summaries
    .filter(({ replicationType }) => replicationType !== 'REPLICA')
    .map(({ participantId = '', userId = '', state, firstJoinTime }) => ({
      participantId,
      userId,
      connected: state === 'CONNECTED',
      ...(firstJoinTime && { firstJoinedAt: firstJoinTime.toISOString() }),
    }));

const KINDS: { readonly [Name in EventName]?: PublishingChange['kind'] } = {
  PUBLISH_STARTED: 'started',
  PUBLISH_STOPPED: 'stopped',
};

function toChange({ name, eventTime }: Event): PublishingChange[] {
  const kind = name && KINDS[name];
  return kind && eventTime ? [{ kind, at: eventTime }] : [];
}
