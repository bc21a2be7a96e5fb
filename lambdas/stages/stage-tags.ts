/** Tags on every IVS stage that Stagedoor makes. IAM conditions and the sweep decide by them. */
export const DEPLOYMENT_TAG = 'stagedoor:deployment';
export const OWNER_TAG = 'stagedoor:owner';
/** The provisioning attempt that made the stage, so that a commit whose answer was lost can be recognised. */
export const ATTEMPT_TAG = 'stagedoor:attempt';
/** ISO time; IVS itself tells no creation time. */
export const CREATED_AT_TAG = 'stagedoor:createdAt';
/** Set by an operator, with any value: the stage is never removed. */
export const RETAIN_TAG = 'stagedoor:retain';
