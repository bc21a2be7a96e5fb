import {
  DisconnectParticipantCommand,
  GetParticipantCommand,
  type IVSRealTimeClient,
  ListParticipantsCommand,
} from '@aws-sdk/client-ivs-realtime';
import type { UserId } from '../../contract/stages.ts';
import { InvalidRequestError } from '../stages/errors.ts';
import type { IvsModeration } from '../stages/ports.ts';
import { ivsCall, ivsCallIfFound } from './ivs-errors.ts';
import { toIvsParticipants } from './ivs-participants.ts';

const MOST_PER_PAGE = 100;

/** Everybody of a stage's session in Amazon IVS Real-Time, and putting them out. */
export class AwsIvsModeration implements IvsModeration {
  readonly #client: IVSRealTimeClient;

  constructor(client: IVSRealTimeClient) {
    this.#client = client;
  }

  async listParticipants(
    stageArn: string,
    sessionId: string,
    userId: UserId | undefined,
    cursor: string | undefined,
    abortSignal: AbortSignal,
  ) {
    const command = new ListParticipantsCommand({
      stageArn,
      sessionId,
      maxResults: MOST_PER_PAGE,
      ...(userId !== undefined && { filterByUserId: userId }),
      ...(cursor !== undefined && { nextToken: cursor }),
    });
    const call = this.#client.send(command, { abortSignal });
    const { participants, nextToken } = await ivsCall('ListParticipants', call).catch((error: unknown) => {
      // All else that is sent is ours: only a page token comes back from a caller.
      if (cursor === undefined || !isValidationError(error)) throw error;
      throw new InvalidRequestError('cursor must be one that a page answered, got one that IVS refuses', {
        cause: error,
      });
    });
    return { participants: toIvsParticipants(participants), ...(nextToken && { cursor: nextToken }) };
  }

  async attributesOf(stageArn: string, sessionId: string, participantId: string, abortSignal: AbortSignal) {
    const command = new GetParticipantCommand({ stageArn, sessionId, participantId });
    const found = await ivsCallIfFound('GetParticipant', this.#client.send(command, { abortSignal }));
    return found && (found.participant?.attributes ?? {});
  }

  async disconnect(stageArn: string, participantId: string, reason: string, abortSignal: AbortSignal): Promise<void> {
    const command = new DisconnectParticipantCommand({ stageArn, participantId, reason });
    await ivsCallIfFound('DisconnectParticipant', this.#client.send(command, { abortSignal }));
  }
}

const isValidationError = (error: unknown): boolean => error instanceof Error && error.name === 'ValidationException';
