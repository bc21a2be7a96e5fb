import {
  CreateIngestConfigurationCommand,
  DeleteIngestConfigurationCommand,
  type IngestConfigurationSummary,
  type IVSRealTimeClient,
  ListIngestConfigurationsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-ivs-realtime';
import type { CreateIngestRequest, IvsIngest, IvsIngests } from '../stages/ports.ts';
import type { Tags } from '../stages/stage-tags.ts';
import { ivsCall, ivsCallIfFound } from './ivs-errors.ts';

const MOST_PER_PAGE = 100;

/** Ingest configurations in Amazon IVS Real-Time. */
export class AwsIvsIngests implements IvsIngests {
  readonly #client: IVSRealTimeClient;
  readonly #clientForCreation: IVSRealTimeClient;

  constructor(client: IVSRealTimeClient, clientForCreation: IVSRealTimeClient) {
    this.#client = client;
    this.#clientForCreation = clientForCreation;
  }

  async create(request: CreateIngestRequest, abortSignal: AbortSignal) {
    const call = this.#clientForCreation.send(toCommand(request), { abortSignal });
    const { ingestConfiguration } = await ivsCall('CreateIngestConfiguration', call);
    const { arn, participantId, streamKey } = ingestConfiguration ?? {};
    if (!arn || !participantId || !streamKey) throw new Error('IVS answered an incomplete ingest configuration');
    return { arn, participantId, streamKey };
  }

  async delete(arn: string, abortSignal: AbortSignal): Promise<void> {
    // Without force, IVS refuses while the ingest is publishing.
    const call = this.#client.send(new DeleteIngestConfigurationCommand({ arn, force: true }), { abortSignal });
    await ivsCallIfFound('DeleteIngestConfiguration', call);
  }

  async tagsOf(resourceArn: string, abortSignal: AbortSignal): Promise<Tags | undefined> {
    const call = this.#client.send(new ListTagsForResourceCommand({ resourceArn }), { abortSignal });
    return (await ivsCallIfFound('ListTagsForResource', call))?.tags;
  }

  async list(stageArn: string | undefined, cursor: string | undefined, abortSignal: AbortSignal) {
    const command = new ListIngestConfigurationsCommand({
      maxResults: MOST_PER_PAGE,
      ...(stageArn !== undefined && { filterByStageArn: stageArn }),
      ...(cursor !== undefined && { nextToken: cursor }),
    });
    const { ingestConfigurations = [], nextToken } = await ivsCall(
      'ListIngestConfigurations',
      this.#client.send(command, { abortSignal }),
    );
    return { ingests: ingestConfigurations.map(toIvsIngest), ...(nextToken && { cursor: nextToken }) };
  }
}

/** Attributes reach every participant of the stage: the same three as with tokens. */
const toCommand = (request: CreateIngestRequest) =>
  new CreateIngestConfigurationCommand({
    name: request.name,
    stageArn: request.stageArn,
    userId: request.userId,
    attributes: {
      name: request.displayName,
      role: request.role,
      capabilities: request.capabilities.join(','),
    },
    ingestProtocol: request.protocol,
    // IVS wants to be told that the missing encryption is meant.
    ...(request.protocol === 'RTMP' && { insecureIngest: true }),
    tags: { ...request.tags },
  });

const toIvsIngest = ({ arn = '', name = '', stageArn = '', userId = '' }: IngestConfigurationSummary): IvsIngest => ({
  arn,
  name,
  stageArn,
  userId,
});
