import {
  CreateParticipantTokenCommand,
  type CreateParticipantTokenCommandInput,
  CreateStageCommand,
  type IVSRealTimeClient,
} from '@aws-sdk/client-ivs-realtime';
import type { Admission, IvsEmulator, LeftReason, Presence, Refusal, StageNews } from '../../../local/ivs/index.ts';
import { isRefusal } from '../../../local/ivs/index.ts';
import { runEmulator } from './running-emulator.ts';

type Options = Parameters<typeof runEmulator>[0];

/** An emulator with one stage, and what it takes to join it without media. */
export async function runEmulatorWithStage(options: Options = {}) {
  const { client, emulator } = await runEmulator(options);
  const stageArn = await createStage(client);
  return {
    client,
    emulator,
    stageArn,
    tokenFor: (request: Partial<CreateParticipantTokenCommandInput> = {}) =>
      createToken(client, { stageArn, ...request }),
    join: async (request: Partial<CreateParticipantTokenCommandInput> = {}) =>
      joinWith(emulator, await createToken(client, { stageArn, ...request })),
  };
}

export async function createStage(client: IVSRealTimeClient): Promise<string> {
  const { stage } = await client.send(new CreateStageCommand({}));
  return stage?.arn ?? '';
}

export async function createToken(
  client: IVSRealTimeClient,
  input: CreateParticipantTokenCommandInput,
): Promise<string> {
  const { participantToken } = await client.send(new CreateParticipantTokenCommand(input));
  return participantToken?.token ?? '';
}

/** A presence, and how it ended and what it heard so far. */
export interface Joined extends Presence {
  readonly ended: readonly LeftReason[];
  readonly news: readonly StageNews[];
}

export function joinWith(emulator: IvsEmulator, token: string): Joined {
  const ended: LeftReason[] = [];
  const news: StageNews[] = [];
  const presence = granted(emulator.live.join(admitted(emulator, token), { end: (reason) => ended.push(reason) }));
  presence.onNews((each) => news.push(each));
  return Object.defineProperties(presence, { ended: { value: ended }, news: { value: news } }) as Joined;
}

export function admitted(emulator: IvsEmulator, token: string): Admission {
  return granted(emulator.live.verify(token));
}

function granted<Granted extends object>(outcome: Granted | Refusal): Granted {
  if (isRefusal(outcome)) throw new Error(`refused: ${outcome.code}, ${outcome.message}`);
  return outcome as Granted;
}
