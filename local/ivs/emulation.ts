import { resourceNotFound } from './errors.ts';
import type { Room } from './live/presences.ts';
import type { Replication } from './live/replicas.ts';
import type { StageSession } from './live/stage-sessions.ts';
import type { StageUpdate } from './live/stage-updates.ts';

/** What one region of one account holds, and what its operations need from outside. */
export interface Emulation {
  readonly region: string;
  readonly accountId: string;
  readonly clock: () => Date;
  readonly newId: (length: number) => string;
  readonly newEventId: () => string;
  readonly tokenSecret: string;
  readonly stageQuota: number;
  readonly sessionEndDelayMs: number;
  /** Those of new stages. A media plane puts its own here when its address is known. */
  endpoints: StageEndpoints;
  readonly stages: Map<string, Stage>;
  readonly publicKeys: Map<string, PublicKey>;
  readonly ingestConfigurations: Map<string, IngestConfiguration>;
  /** By the ARN of the stage, oldest first. They are gone with the stage. */
  readonly sessions: Map<string, readonly StageSession[]>;
  /** By the ARN of the stage. */
  readonly rooms: Map<string, Room>;
  readonly replications: Replication[];
  /** Stage and participant of every token that DisconnectParticipant has made useless. */
  readonly burntTokens: Set<string>;
  readonly emit: (event: StageUpdate) => void;
}

/** A stage as GetStage answers it. Changes replace it in `Emulation.stages`, so that whoever holds one has a snapshot. */
export interface Stage {
  readonly arn: string;
  /** Empty if the stage was created without one. */
  readonly name: string;
  /** Empty while the stage has no active session. */
  readonly activeSessionId: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly endpoints: StageEndpoints;
}

/** As GetPublicKey answers it. */
export interface PublicKey {
  readonly arn: string;
  readonly name: string;
  readonly publicKeyMaterial: string;
  readonly fingerprint: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** As GetIngestConfiguration answers it, but for its state, which follows from who publishes. */
export interface IngestConfiguration {
  readonly arn: string;
  readonly name: string;
  readonly ingestProtocol: 'RTMP' | 'RTMPS';
  readonly streamKey: string;
  /** Empty while it is attached to no stage. */
  readonly stageArn: string;
  readonly participantId: string;
  readonly userId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly redundantIngest: boolean;
  readonly redundantIngestCredentials?: readonly { readonly participantId: string; readonly streamKey: string }[];
  readonly tags: Readonly<Record<string, string>>;
}

export type StageEndpoints = ReturnType<typeof stageEndpoints>;

/** One permission that a call needs, in the words of IAM. */
export interface Need {
  readonly action: `ivs:${string}`;
  readonly resource: string;
  readonly requestTags?: Readonly<Record<string, string>> | undefined;
  readonly tagKeys?: readonly string[];
}

/** What a valid call is going to do: decided first, so that permissions are checked before anything is looked up. */
export interface Plan {
  readonly needs: readonly Need[];
  readonly apply: () => object;
}

/** To create something with tags is to tag it too. */
export function needsToCreate(action: Need['action'], resource: string, requestTags: Tags = {}): Need[] {
  const isTagged = Object.keys(requestTags).length > 0;
  const actions = isTagged ? [action, 'ivs:TagResource' as const] : [action];
  return actions.map((each) => ({ action: each, resource, requestTags }));
}

export type ResourceType = 'stage' | 'public-key' | 'ingest-configuration';

export function resourceArn({ region, accountId }: Emulation, type: ResourceType, id: string): string {
  return `arn:aws:ivs:${region}:${accountId}:${type}/${id}`;
}

export function findStage(emulation: Emulation, arn: string): Stage {
  return find(emulation.stages, arn);
}

export function changeStage(emulation: Emulation, arn: string, change: Partial<Stage>): Stage {
  const stage = { ...findStage(emulation, arn), ...change };
  emulation.stages.set(arn, stage);
  return stage;
}

/** Does nothing for an ingest configuration that is gone. */
export function setIngestStage({ ingestConfigurations }: Emulation, arn: string, stageArn: string): void {
  const configuration = ingestConfigurations.get(arn);
  if (configuration) ingestConfigurations.set(arn, { ...configuration, stageArn });
}

type Tags = Readonly<Record<string, string>>;

/** No tags for a resource that is not there. */
export function tagsOf(emulation: Emulation, arn: string): Tags | undefined {
  return resourcesLike(emulation, arn).get(arn)?.tags;
}

export function findTags(emulation: Emulation, arn: string): Tags {
  return find(resourcesLike(emulation, arn), arn).tags;
}

export function changeTags(emulation: Emulation, arn: string, tags: Tags): void {
  const resources = resourcesLike(emulation, arn);
  resources.set(arn, { ...find(resources, arn), tags });
}

type TaggedResources = Map<string, { readonly tags: Tags }>;

function resourcesLike(emulation: Emulation, arn: string): TaggedResources {
  if (arn.includes(':public-key/')) return emulation.publicKeys as TaggedResources;
  if (arn.includes(':ingest-configuration/')) return emulation.ingestConfigurations as TaggedResources;
  return emulation.stages as TaggedResources;
}

export function find<Resource>(resources: ReadonlyMap<string, Resource>, arn: string): Resource {
  const resource = resources.get(arn);
  if (resource === undefined) throw resourceNotFound(arn);
  return resource;
}

/** Shaped like AWS's, under a top-level domain that never resolves (RFC 2606): no media leaves the machine by accident. */
export function stageEndpoints(accountId: string, region: string) {
  const host = `${accountId}-${region}`;
  return {
    events: 'wss://global.events.live-video.invalid',
    whip: `https://${host}.global-bm.whip.live-video.invalid`,
    rtmp: `rtmp://${host}.global-contribute.live-video.invalid/app/`,
    rtmps: `rtmps://${host}.global-contribute.live-video.invalid:443/app/`,
  };
}
