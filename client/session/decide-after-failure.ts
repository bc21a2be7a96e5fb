import type { ApiErrorCode } from '../api/api-errors.ts';
import type { EndReason, TransportErrorCode } from '../transport/transport.ts';
import type { FailureReason } from './stage-session.ts';

/**
 * - `back-off`: with the token of before, after a while.
 * - `renew-token`: at once, with another token; after a while if that was tried just now.
 * - `rejoin`: at once; all is prepared.
 * - `ask-why`: put out; only the server knows the reason.
 * - `renew-stage`: another stage may have taken the place of the deleted one.
 * - `await-stage`: the stage is being made or removed; a host has to open it.
 */
type Step = 'back-off' | 'renew-token' | 'rejoin' | 'ask-why' | 'renew-stage' | 'await-stage';

type Code = ApiErrorCode | TransportErrorCode | EndReason | 'rejoin';

/** The failures that a session goes on after. */
const steps: Readonly<Partial<Record<Code, Step>>> = {
  rejoin: 'rejoin',
  'connection-lost': 'back-off',
  unreachable: 'back-off',
  aborted: 'back-off',
  UNREACHABLE: 'back-off',
  INTERNAL: 'back-off',
  UPSTREAM_THROTTLED: 'back-off',
  RATE_LIMITED: 'back-off',
  STAGE_QUOTA_REACHED: 'back-off',
  'token-expired': 'renew-token',
  'token-malformed': 'renew-token',
  'exchange-refused': 'renew-token',
  'participant-disconnected': 'ask-why',
  'stage-deleted': 'renew-stage',
  STAGE_NOT_READY: 'await-stage',
};

/** The failures that end it for good. All else is `internal`. */
const reasons: Readonly<Partial<Record<Code, FailureReason>>> = {
  'token-reused': 'replaced',
  'token-not-allowed': 'not-allowed',
  'stage-full': 'stage-full',
  unsupported: 'unsupported',
  STAGE_INACTIVE: 'stage-inactive',
  STAGE_FULL: 'stage-full',
  STAGE_NOT_FOUND: 'not-allowed',
  NOT_ALLOWED: 'not-allowed',
  CAPABILITY_NOT_ALLOWED: 'not-allowed',
  BANNED: 'banned',
  UNAUTHENTICATED: 'signed-out',
};

/** Null: none, it is over, for `reasonOf` it. */
export function stepAfter(error: unknown): Step | null {
  return steps[codeOf(error) as Code] ?? null;
}

export function reasonOf(error: unknown): FailureReason {
  return error instanceof SessionFailure ? error.reason : (reasons[codeOf(error) as Code] ?? 'internal');
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** How long the API asks to wait, in milliseconds; 0 if it does not. */
export function retryAfterMsOf(error: unknown): number {
  const asked = error instanceof Error && 'retryAfterMs' in error ? error.retryAfterMs : undefined;
  return typeof asked === 'number' ? asked : 0;
}

/** Why a connection ended that had been there. */
export class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded';
  readonly code: EndReason | 'rejoin';

  constructor(code: ConnectionEnded['code']) {
    super(`the connection ended: ${code}`);
    this.code = code;
  }
}

/** The end of the session, found out by itself. */
export class SessionFailure extends Error {
  override readonly name = 'SessionFailure';
  readonly reason: FailureReason;

  constructor(reason: FailureReason, cause: unknown) {
    super(`the session ended: ${reason}`, { cause });
    this.reason = reason;
  }
}
