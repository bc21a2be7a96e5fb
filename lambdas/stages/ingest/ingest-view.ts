import type { Ingest, IngestProtocol, UserId } from '../../../contract/stages.ts';
import { StageNotReadyError } from '../errors.ts';
import type { IngestRecord } from '../ports.ts';
import type { StageRecord } from '../profile.ts';

const TRY_AGAIN_SECONDS = 2;

/** What the API shows of an ingest: everything but its stream key, which nobody keeps. */
export const toIngest = (stage: StageRecord, { arn, protocol, participantId }: IngestRecord): Ingest => ({
  ingestId: ingestIdOf(arn),
  protocol,
  server: serverOf(stage, protocol),
  participantId,
});

/** Where the encoder connects to. An adopted stage has no endpoints before its owner's next PUT. */
export function serverOf({ endpoints = {} }: StageRecord, protocol: IngestProtocol): string {
  const server = protocol === 'RTMPS' ? endpoints.rtmps : endpoints.rtmp;
  if (server === undefined) throw new StageNotReadyError(TRY_AGAIN_SECONDS);
  return server;
}

/** `arn:aws:ivs:eu-west-1:123456789012:ingest-configuration/abcdABCDefgh` → `abcdABCDefgh` */
export const ingestIdOf = (arn: string): string => arn.slice(arn.indexOf('/') + 1);

/** For people, and for the clean-up, which asks for the tags of ingests with such a name only. */
export const ingestNameOf = (ownerId: UserId): string => `user-${ownerId}-ingest`;
