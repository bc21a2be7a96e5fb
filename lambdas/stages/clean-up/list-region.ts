import type { UserId } from '../../../contract/stages.ts';
import type { IvsStage, Services } from '../ports.ts';
import { originOf, type StageOrigin } from '../stage-tags.ts';
import { IVS_CALL_DEADLINE_MS, type IvsPaces } from './remove-user-stage.ts';

export interface Region {
  /** All stages, also those of other deployments: they share the quota. */
  readonly stages: number;
  /** Those of this deployment, by ARN. */
  readonly own: ReadonlyMap<string, OwnStage>;
}

export interface OwnStage {
  readonly stage: IvsStage;
  readonly origin: StageOrigin;
}

/** Undefined: time ran out. Half a list would make orphans of the other half. */
export async function listRegion(
  { ivs, settings, now, deadline }: Pick<Services, 'ivs' | 'settings' | 'now' | 'deadline'>,
  paces: IvsPaces,
  { stopAt }: { readonly stopAt: Date },
): Promise<Region | undefined> {
  const own = new Map<string, OwnStage>();
  let stages = 0;
  let cursor: string | undefined;
  do {
    if (now() >= stopAt) return undefined;
    const from = cursor;
    const page = await paces.listStages.run(() => ivs.listStages(from, deadline(IVS_CALL_DEADLINE_MS)));
    stages += page.stages.length;
    for (const stage of page.stages) {
      const origin = originOf(stage.tags);
      if (origin?.deployment === settings.deployment) own.set(stage.arn, { stage, origin });
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return { stages, own };
}

/** What the idle index knows of stages; eventually consistent. */
export interface NamedStages {
  /** Owners by the ARN of the stage that their profile names. */
  readonly owners: ReadonlyMap<string, UserId>;
  /** Stages whose removal began and broke off: nobody gets a token for them until somebody asks IVS. */
  readonly brokenOff: readonly BrokenOffRemoval[];
  /** Hour of the longest idleness. */
  readonly oldestIdleHour: string | null;
}

export interface BrokenOffRemoval {
  readonly userId: UserId;
  readonly arn: string;
  readonly attemptId: string;
}

export async function listNamedStages({ profiles, now }: Pick<Services, 'profiles' | 'now'>): Promise<NamedStages> {
  const owners = new Map<string, UserId>();
  const brokenOff: BrokenOffRemoval[] = [];
  let oldestIdleHour: string | null = null;
  for await (const { userId, idleHour, stageArn, lease } of profiles.listIdle()) {
    oldestIdleHour ??= idleHour;
    if (stageArn === undefined) continue;
    owners.set(stageArn, userId);
    const hasEnded = lease !== undefined && lease.until <= now().getTime();
    if (hasEnded && lease.kind === 'remove') brokenOff.push({ userId, arn: stageArn, attemptId: lease.attemptId });
  }
  return { owners, brokenOff, oldestIdleHour };
}
