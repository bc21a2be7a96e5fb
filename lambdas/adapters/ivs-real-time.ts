import {
  CreateStageCommand,
  DeleteStageCommand,
  GetStageCommand,
  type IVSRealTimeClient,
  ListStagesCommand,
  type ParticipantToken,
  type Stage,
  type StageSummary,
  UpdateStageCommand,
} from '@aws-sdk/client-ivs-realtime';
import { ivsCapabilities } from '../stages/access/capabilities.ts';
import { isIvsError } from '../stages/errors.ts';
import type { CreateStageRequest, IssuedToken, IvsRealTime, IvsStage, TokenRequest } from '../stages/ports.ts';
import type { StageEndpoints } from '../stages/profile.ts';
import { ivsCall, ivsCallIfFound } from './ivs-errors.ts';

const STAGES_PER_PAGE = 100;

/** Stages in Amazon IVS Real-Time. */
export class AwsIvsRealTime implements IvsRealTime {
  readonly #client: IVSRealTimeClient;
  readonly #clientForCreation: IVSRealTimeClient;

  constructor(client: IVSRealTimeClient, clientForCreation: IVSRealTimeClient) {
    this.#client = client;
    this.#clientForCreation = clientForCreation;
  }

  async createStage({ name, tags, hostToken }: CreateStageRequest, abortSignal: AbortSignal) {
    const command = new CreateStageCommand({
      name,
      tags: { ...tags },
      ...(hostToken && { participantTokenConfigurations: [toTokenConfiguration(hostToken)] }),
    });
    const { stage, participantTokens } = await ivsCall(
      'CreateStage',
      this.#clientForCreation.send(command, { abortSignal }),
    );
    if (!stage?.arn) throw new Error('CreateStage answered without an ARN');
    const token = participantTokens?.[0];
    return { arn: stage.arn, endpoints: toEndpoints(stage), ...(token && { hostToken: toIssuedToken(token) }) };
  }

  async getStage(arn: string, abortSignal: AbortSignal) {
    const call = this.#client.send(new GetStageCommand({ arn }), { abortSignal });
    const found = await ivsCallIfFound('GetStage', call);
    return found?.stage && { ...toIvsStage(found.stage), endpoints: toEndpoints(found.stage) };
  }

  async renameStage(arn: string, name: string, abortSignal: AbortSignal): Promise<void> {
    const call = this.#client.send(new UpdateStageCommand({ arn, name }), { abortSignal });
    await ivsCall('UpdateStage', call);
  }

  async deleteStage(arn: string, abortSignal: AbortSignal): Promise<void> {
    const call = this.#client.send(new DeleteStageCommand({ arn }), { abortSignal });
    try {
      await ivsCallIfFound('DeleteStage', call);
    } catch (error) {
      // Our permission needs a tag, which a stage that is gone does not have: GetStage tells the two apart.
      if (!isIvsError(error, 'denied') || (await this.getStage(arn, abortSignal))) throw error;
    }
  }

  async listStages(cursor: string | undefined, abortSignal: AbortSignal) {
    const command = new ListStagesCommand({ maxResults: STAGES_PER_PAGE, ...(cursor && { nextToken: cursor }) });
    const call = this.#client.send(command, { abortSignal });
    const { stages = [], nextToken } = await ivsCall('ListStages', call);
    return { stages: stages.map(toIvsStage), ...(nextToken && { cursor: nextToken }) };
  }
}

/** Attributes reach every participant of the stage: these three and no more. */
export const toTokenConfiguration = (request: TokenRequest) => ({
  userId: request.userId,
  duration: request.durationMinutes,
  capabilities: ivsCapabilities(request.capabilities),
  attributes: {
    name: request.displayName,
    role: request.role,
    capabilities: request.capabilities.join(','),
  },
});

export function toIssuedToken({ token, participantId, expirationTime }: ParticipantToken): IssuedToken {
  if (!token || !participantId || !expirationTime) throw new Error('IVS answered an incomplete participant token');
  return { issuedBy: 'ivs-api', token, participantId, expiresAt: expirationTime };
}

/** An inactive session comes as an empty string or not at all. */
const toIvsStage = ({ arn = '', name = '', tags = {}, activeSessionId }: Stage | StageSummary): IvsStage => ({
  arn,
  name,
  tags,
  ...(activeSessionId && { activeSessionId }),
});

function toEndpoints({ endpoints = {} }: Stage): StageEndpoints {
  const { events, whip, rtmp, rtmps } = endpoints;
  return { ...(events && { events }), ...(whip && { whip }), ...(rtmp && { rtmp }), ...(rtmps && { rtmps }) };
}
