/** Stable codes of every refusal that a caller can act on. Clients decide by code, people read `detail`. */
export type ErrorCode =
  | 'INVALID_REQUEST'
  | 'UNAUTHENTICATED'
  | 'NOT_ALLOWED'
  | 'CAPABILITY_NOT_ALLOWED'
  | 'BANNED'
  | 'TOKEN_REFUSED'
  | 'STAGE_NOT_FOUND'
  | 'NOT_FOUND'
  | 'STAGE_INACTIVE'
  | 'STAGE_FULL'
  | 'EXCHANGE_NOT_SUPPORTED'
  | 'INGEST_EXISTS'
  | 'RATE_LIMITED'
  | 'STAGE_NOT_READY'
  | 'STAGE_QUOTA_REACHED'
  | 'INGEST_QUOTA_REACHED'
  | 'UPSTREAM_THROTTLED'
  | 'INTERNAL';

/** An RFC 9457 problem, sent as `application/problem+json`. */
export interface Problem {
  /** `urn:stagedoor:problem:` and the code in lower case with hyphens. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What was wrong with which value, in words. Never a secret, never an internal cause. */
  readonly detail: string;
  readonly code: ErrorCode;
  /** The id under which the request is found in the logs. */
  readonly requestId: string;
}
