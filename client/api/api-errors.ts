import type { ErrorCode } from '../../contract/errors.ts';

/** `UNREACHABLE`: no answer at all. */
export type ApiErrorCode = ErrorCode | 'UNREACHABLE';

export interface ApiErrorDetails {
  /** Of the HTTP answer; 0 without one. */
  readonly status: number;
  /** In words, for people. */
  readonly detail: string;
  /** The id under which the request is found in the logs; only where Stagedoor itself answered, and not the gateway. */
  readonly requestId?: string | undefined;
  /** How long the API asks to wait before the next try, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** What the API called it, if it is newer than this client and `code` was chosen by the status. */
  readonly serverCode?: string | undefined;
  readonly cause?: unknown;
}

/** Why a call of Stagedoor's API failed. Each `code` has a class of its own below. */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly status: number;
  readonly detail: string;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly serverCode: string | undefined;

  constructor(code: ApiErrorCode, details: ApiErrorDetails) {
    super(details.detail, details.cause === undefined ? {} : { cause: details.cause });
    // Made of the code: minifiers change the names of classes.
    this.name = errorName(code);
    this.code = code;
    this.status = details.status;
    this.detail = details.detail;
    this.requestId = details.requestId;
    this.retryAfterMs = details.retryAfterMs;
    this.serverCode = details.serverCode;
  }
}

/** `STAGE_NOT_READY` → `StageNotReadyError` */
function errorName(code: ApiErrorCode): string {
  if (code === 'UNREACHABLE') return 'ApiUnreachableError';
  return `${code.toLowerCase().replace(/(?:^|_)(.)/g, (_match, letter: string) => letter.toUpperCase())}Error`;
}

/** The network failed, or no answer came in time. Whether the API did what was asked is not known. */
export class ApiUnreachableError extends ApiError {
  declare readonly code: 'UNREACHABLE';

  constructor(detail: string, options?: ErrorOptions) {
    super('UNREACHABLE', { status: 0, detail, cause: options?.cause });
  }
}

export class InvalidRequestError extends ApiError {
  declare readonly code: 'INVALID_REQUEST';
}

export class UnauthenticatedError extends ApiError {
  declare readonly code: 'UNAUTHENTICATED';
}

export class NotAllowedError extends ApiError {
  declare readonly code: 'NOT_ALLOWED';
}

export class CapabilityNotAllowedError extends ApiError {
  declare readonly code: 'CAPABILITY_NOT_ALLOWED';
}

export class BannedError extends ApiError {
  declare readonly code: 'BANNED';
}

export class TokenRefusedError extends ApiError {
  declare readonly code: 'TOKEN_REFUSED';
}

export class StageNotFoundError extends ApiError {
  declare readonly code: 'STAGE_NOT_FOUND';
}

export class NotFoundError extends ApiError {
  declare readonly code: 'NOT_FOUND';
}

export class StageInactiveError extends ApiError {
  declare readonly code: 'STAGE_INACTIVE';
}

export class StageFullError extends ApiError {
  declare readonly code: 'STAGE_FULL';
}

export class ExchangeNotSupportedError extends ApiError {
  declare readonly code: 'EXCHANGE_NOT_SUPPORTED';
}

export class IngestExistsError extends ApiError {
  declare readonly code: 'INGEST_EXISTS';
}

export class RateLimitedError extends ApiError {
  declare readonly code: 'RATE_LIMITED';
}

export class StageNotReadyError extends ApiError {
  declare readonly code: 'STAGE_NOT_READY';
}

export class StageQuotaReachedError extends ApiError {
  declare readonly code: 'STAGE_QUOTA_REACHED';
}

export class IngestQuotaReachedError extends ApiError {
  declare readonly code: 'INGEST_QUOTA_REACHED';
}

export class UpstreamThrottledError extends ApiError {
  declare readonly code: 'UPSTREAM_THROTTLED';
}

export class InternalError extends ApiError {
  declare readonly code: 'INTERNAL';
}

type ErrorClasses = {
  readonly [Code in ErrorCode]: new (
    code: ErrorCode,
    details: ApiErrorDetails,
  ) => ApiError & { readonly code: Code };
};

const errorClasses: ErrorClasses = {
  INVALID_REQUEST: InvalidRequestError,
  UNAUTHENTICATED: UnauthenticatedError,
  NOT_ALLOWED: NotAllowedError,
  CAPABILITY_NOT_ALLOWED: CapabilityNotAllowedError,
  BANNED: BannedError,
  TOKEN_REFUSED: TokenRefusedError,
  STAGE_NOT_FOUND: StageNotFoundError,
  NOT_FOUND: NotFoundError,
  STAGE_INACTIVE: StageInactiveError,
  STAGE_FULL: StageFullError,
  EXCHANGE_NOT_SUPPORTED: ExchangeNotSupportedError,
  INGEST_EXISTS: IngestExistsError,
  RATE_LIMITED: RateLimitedError,
  STAGE_NOT_READY: StageNotReadyError,
  STAGE_QUOTA_REACHED: StageQuotaReachedError,
  INGEST_QUOTA_REACHED: IngestQuotaReachedError,
  UPSTREAM_THROTTLED: UpstreamThrottledError,
  INTERNAL: InternalError,
};

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorClasses, code);

/** An error of the class that belongs to the code. */
export function apiErrorOf(code: ErrorCode, details: ApiErrorDetails): ApiError {
  return new errorClasses[code](code, details);
}
