import {
  CreateParticipantTokenCommand,
  CreateStageCommand,
  type IVSRealTimeClient,
} from '@aws-sdk/client-ivs-realtime';
import type { Pages, Participant } from './pages.ts';

/** A participant with the token that it joined with. */
export interface Joined {
  readonly token: string;
  readonly participantId: string;
  readonly page: Participant;
}

export type OpenStage = Awaited<ReturnType<typeof openStage>>;

/** A new stage, and people who come to it. */
export async function openStage(client: IVSRealTimeClient, pages: Pages) {
  const { stage } = await client.send(new CreateStageCommand({}));
  const stageArn = stage?.arn ?? '';

  async function createToken(capabilities?: ('PUBLISH' | 'SUBSCRIBE')[]) {
    const command = new CreateParticipantTokenCommand({ stageArn, ...(capabilities && { capabilities }) });
    const { token = '', participantId = '' } = (await client.send(command)).participantToken ?? {};
    return { token, participantId };
  }

  return {
    stageArn,
    createToken,
    async openPublisher({ joins = true } = {}): Promise<Joined> {
      const granted = await createToken();
      const page = await pages.openParticipant();
      if (joins) await page.join(granted.token);
      requireCreated(await page.publish(granted.token));
      return { ...granted, page };
    },
    /** Resolves when frames arrive. */
    async openViewer(publisherId: string): Promise<Joined> {
      const granted = await createToken(['SUBSCRIBE']);
      const page = await pages.openParticipant();
      await page.join(granted.token);
      requireCreated(await page.view(granted.token, publisherId));
      await page.receives({ framesDecoded: 20 });
      return { ...granted, page };
    },
  };
}

function requireCreated({ status, code }: { readonly status: number; readonly code?: string }): void {
  if (status !== 201) throw new Error(`answered ${status} ${code}`);
}
