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

/** Throttled, or not answered in time: nothing is wrong with the request. */
export class UpstreamThrottledError extends StageError {
  readonly code = 'UPSTREAM_THROTTLED';

  constructor(options?: ErrorOptions) {
    super('AWS did not take a call that this needs; it may in a moment', { ...options, retryAfterSeconds: 1 });
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
