import type { ErrorCode } from '../../contract/errors.ts';
import type { Capability, Role, UserId } from '../../contract/stages.ts';

/** A refusal that the caller can do something about. Everything else is a bug or an outage and answers a bare 500. */
export abstract class StageError extends Error {
  abstract readonly code: ErrorCode;
  /** When trying again makes sense; absent where it does not. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, options?: ErrorOptions & { readonly retryAfterSeconds?: number }) {
    super(message, options);
    this.name = new.target.name;
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }
}

export class InvalidRequestError extends StageError {
  readonly code = 'INVALID_REQUEST';
}

export class UnauthenticatedError extends StageError {
  readonly code = 'UNAUTHENTICATED';
}

export class CapabilityNotAllowedError extends StageError {
  readonly code = 'CAPABILITY_NOT_ALLOWED';

  constructor(role: Role, refused: readonly Capability[]) {
    super(`a ${role} may not have ${refused.join(', ') || 'anything'} on this stage`);
  }
}

export class BannedError extends StageError {
  readonly code = 'BANNED';

  constructor() {
    super('you are banned from this stage');
  }
}

/** Also for private stages and banned callers there: a stranger cannot tell a hidden stage from a missing one. */
export class StageNotFoundError extends StageError {
  readonly code = 'STAGE_NOT_FOUND';

  constructor(ownerId: UserId) {
    super(`there is no stage of user '${ownerId}'`);
  }
}

export class StageInactiveError extends StageError {
  readonly code = 'STAGE_INACTIVE';

  constructor() {
    super('the stage is not open: its owner opens it by signing in');
  }
}

export class StageNotReadyError extends StageError {
  readonly code = 'STAGE_NOT_READY';

  constructor(retryAfterSeconds: number) {
    super('the stage is not ready; ask for it with PUT /me/stage if it is yours', { retryAfterSeconds });
  }
}

export class StageQuotaReachedError extends StageError {
  readonly code = 'STAGE_QUOTA_REACHED';

  constructor() {
    super('this deployment has as many stages as its region allows', { retryAfterSeconds: 60 });
  }
}

export class NotAllowedError extends StageError {
  readonly code = 'NOT_ALLOWED';
}

/** Says why without helping to forge one. */
export class TokenRefusedError extends StageError {
  readonly code = 'TOKEN_REFUSED';
}

export class NotFoundError extends StageError {
  readonly code = 'NOT_FOUND';
}

/** Advisory: IVS decides at the publish. */
export class StageFullError extends StageError {
  readonly code = 'STAGE_FULL';

  constructor() {
    super('as many participants publish on this stage as IVS allows; one seat is kept for the host');
  }
}

export class ExchangeNotSupportedError extends StageError {
  readonly code = 'EXCHANGE_NOT_SUPPORTED';

  constructor() {
    super('only tokens that are signed with the key pair of this deployment can be exchanged; ask for a new one');
  }
}

export class IngestExistsError extends StageError {
  readonly code = 'INGEST_EXISTS';

  /** `retryAfterSeconds`: until then another request may be making the ingest. */
  constructor(retryAfterSeconds?: number) {
    if (retryAfterSeconds === undefined) super('the stage has an ingest already; delete it first');
    else super('an ingest of the stage is being opened by another request', { retryAfterSeconds });
  }
}

export class IngestQuotaReachedError extends StageError {
  readonly code = 'INGEST_QUOTA_REACHED';

  constructor(options?: ErrorOptions) {
    super('the region has as many ingest configurations as IVS allows', { ...options, retryAfterSeconds: 60 });
  }
}

export class RateLimitedError extends StageError {
  readonly code = 'RATE_LIMITED';

  constructor(retryAfterSeconds: number) {
    super('too many requests that call IVS: one a second, five at once', { retryAfterSeconds });
  }
}

/** Throttled, or not answered in time: nothing is wrong with the request. */
export class UpstreamThrottledError extends StageError {
  readonly code = 'UPSTREAM_THROTTLED';

  /** `retryAfterSeconds`: 1 if left out. */
  constructor(options?: ErrorOptions & { readonly retryAfterSeconds?: number }) {
    super('AWS did not take a call that this needs; it may in a moment', { retryAfterSeconds: 1, ...options });
  }
}

/** Why a call to IVS did not succeed, in the words that use cases decide by. */
export class IvsError extends Error {
  /**
   * `throttled`, `quota-reached` and `denied` are definite: nothing happened. `unknown` (5xx, timeout, lost connection)
   * may have been carried out.
   */
  readonly reason: 'throttled' | 'quota-reached' | 'denied' | 'unknown';

  constructor(reason: IvsError['reason'], operation: string, options?: ErrorOptions) {
    super(`${operation}: ${reason}`, options);
    this.name = 'IvsError';
    this.reason = reason;
  }
}

export const isIvsError = (error: unknown, reason: IvsError['reason']): error is IvsError =>
  error instanceof IvsError && error.reason === reason;
