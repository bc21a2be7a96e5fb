import { CreateParticipantTokenCommand, type IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { isIvsError } from '../stages/errors.ts';
import type { IssuedToken, IvsRealTime, ParticipantTokenIssuer, TokenRequest } from '../stages/ports.ts';
import type { StageRecord } from '../stages/profile.ts';
import { ivsCallIfFound } from './ivs-errors.ts';
import { toIssuedToken, toTokenConfiguration } from './ivs-real-time.ts';

/** Tokens by CreateParticipantToken: 50 a second for the whole account, and not exchangeable. */
export class IvsApiTokenIssuer implements ParticipantTokenIssuer {
  readonly #client: IVSRealTimeClient;
  readonly #ivs: Pick<IvsRealTime, 'getStage'>;

  constructor(client: IVSRealTimeClient, ivs: Pick<IvsRealTime, 'getStage'>) {
    this.#client = client;
    this.#ivs = ivs;
  }

  async prepare(): Promise<void> {}

  async issue({ arn }: StageRecord, request: TokenRequest, abortSignal: AbortSignal): Promise<IssuedToken | undefined> {
    const command = new CreateParticipantTokenCommand({ stageArn: arn, ...toTokenConfiguration(request) });
    try {
      const call = this.#client.send(command, { abortSignal });
      const answer = await ivsCallIfFound('CreateParticipantToken', call);
      return answer?.participantToken && toIssuedToken(answer.participantToken);
    } catch (error) {
      // The permission needs our tag, and a deleted stage has no tags: only GetStage tells denied from gone.
      const gone = isIvsError(error, 'denied') && (await this.#ivs.getStage(arn, abortSignal)) === undefined;
      if (gone) return undefined;
      throw error;
    }
  }

  async read(): Promise<'foreign'> {
    return 'foreign';
  }

  async reissue(): Promise<undefined> {
    return undefined;
  }
}
