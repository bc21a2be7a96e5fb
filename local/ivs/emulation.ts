import { resourceNotFound } from './errors.ts';

/** What one region of one account holds, and what its operations need from outside. */
export interface Emulation {
  readonly region: string;
  readonly accountId: string;
  readonly clock: () => Date;
  readonly newId: (length: number) => string;
  readonly tokenSecret: string;
  readonly stageQuota: number;
  readonly endpoints: StageEndpoints;
  readonly stages: Map<string, Stage>;
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

export function stageArn({ region, accountId }: Emulation, stageId: string): string {
  return `arn:aws:ivs:${region}:${accountId}:stage/${stageId}`;
}

export function findStage(emulation: Emulation, arn: string): Stage {
  const stage = emulation.stages.get(arn);
  if (!stage) throw resourceNotFound(arn);
  return stage;
}

export function changeStage(emulation: Emulation, arn: string, change: Partial<Stage>): Stage {
  const stage = { ...findStage(emulation, arn), ...change };
  emulation.stages.set(arn, stage);
  return stage;
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
