import type { Emulation, IngestConfiguration } from '../emulation.ts';
import { find } from '../emulation.ts';
import { conflict } from '../errors.ts';
import { isRefusal } from './live-stages.ts';
import { endPresence, enterStage, failPublishing, leaveStage, type Present, startPublishing } from './presences.ts';

/** No RTMP is spoken here: this is what a broadcast that begins, or ends, would bring about. */
export function setIngestPublishing(emulation: Emulation, arn: string, isPublishing: boolean): void {
  const configuration = find(emulation.ingestConfigurations, arn);
  if (isPublishing) startIngest(emulation, configuration);
  else stopIngest(emulation, configuration);
}

function startIngest(emulation: Emulation, configuration: IngestConfiguration): void {
  const { arn, stageArn, ingestProtocol, redundantIngest } = configuration;
  if (stageArn === '') throw conflict('INVALID_STREAM_KEY: the ingest configuration is attached to no stage');
  const active = presenceOf(emulation, configuration);
  if (active) {
    failPublishing(emulation, active, 'REUSE_OF_STREAM_KEY');
    throw conflict('REUSE_OF_STREAM_KEY: the ingest configuration is publishing');
  }
  const entry = { ingestConfigurationArn: arn, redundantIngest };
  const connection = { end: () => undefined };
  const present = enterStage(emulation, admissionOf(configuration), connection, entry);
  if (isRefusal(present)) throw conflict(present.message);
  const refusal = startPublishing(emulation, present, ingestProtocol);
  if (!refusal) return;
  leaveStage(emulation, present, 'connection-lost');
  throw conflict(refusal.message);
}

/** A stream key says who may publish, and does not expire. */
function admissionOf({ participantId, stageArn, userId, attributes }: IngestConfiguration) {
  const rights = { canPublish: true, canSubscribe: false, expiresAt: new Date(8.64e15) };
  return { participantId, stageArn, userId, attributes, ...rights };
}

/** Does nothing for one that is not publishing. */
export function stopIngest(emulation: Emulation, configuration: IngestConfiguration): void {
  const active = presenceOf(emulation, configuration);
  if (active) endPresence(emulation, active, 'user-initiated');
}

export function isIngesting(emulation: Emulation, configuration: IngestConfiguration): boolean {
  return presenceOf(emulation, configuration)?.isPublishing ?? false;
}

function presenceOf({ rooms }: Emulation, { arn, stageArn, participantId }: IngestConfiguration): Present | undefined {
  const present = rooms.get(stageArn)?.present.get(participantId);
  return present?.entry.ingestConfigurationArn === arn ? present : undefined;
}
