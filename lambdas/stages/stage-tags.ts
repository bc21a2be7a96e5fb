import type { UserId } from '../../contract/stages.ts';

/** Tags on every IVS stage that Stagedoor makes. IAM conditions and the sweep decide by them. */
export const DEPLOYMENT_TAG = 'stagedoor:deployment';
export const OWNER_TAG = 'stagedoor:owner';
/** The provisioning attempt that made the stage. */
export const ATTEMPT_TAG = 'stagedoor:attempt';
/** ISO time; IVS itself tells no creation time. */
export const CREATED_AT_TAG = 'stagedoor:createdAt';
/** Set by an operator, with any value: the stage is never removed. */
export const RETAIN_TAG = 'stagedoor:retain';

export type Tags = Readonly<Record<string, string>>;

export interface StageOrigin {
  readonly ownerId: UserId;
  readonly deployment: string;
  readonly attemptId: string;
  /** ISO */
  readonly createdAt: string;
}

export const tagsOf = ({ ownerId, deployment, attemptId, createdAt }: StageOrigin): Tags => ({
  [OWNER_TAG]: ownerId,
  [DEPLOYMENT_TAG]: deployment,
  [ATTEMPT_TAG]: attemptId,
  [CREATED_AT_TAG]: createdAt,
});

/** Where a stage comes from, if its tags tell it whole. */
export function originOf(tags: Tags): StageOrigin | undefined {
  const {
    [OWNER_TAG]: ownerId,
    [DEPLOYMENT_TAG]: deployment,
    [ATTEMPT_TAG]: attemptId,
    [CREATED_AT_TAG]: createdAt,
  } = tags;
  if (!ownerId || !deployment || !attemptId || !createdAt || Number.isNaN(Date.parse(createdAt))) return undefined;
  return { ownerId, deployment, attemptId, createdAt };
}

/** Two stages may have one name: IVS knows stages by ARN only, the name is for people. */
export const stageNameOf = (ownerId: UserId): string => `user-${ownerId}-stage`;

/** `arn:aws:ivs:eu-west-1:123456789012:stage/abcdABCDefgh` → `abcdABCDefgh` */
export const stageIdOf = (arn: string): string => arn.slice(arn.indexOf('/') + 1);
