import type { IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { IvsError } from '../stages/errors.ts';
import type { Metrics } from '../stages/ports.ts';

/** The SDK has no class for throttling: IVS does not model it, so it is known by name only. */
const REASONS: Readonly<Record<string, IvsError['reason']>> = {
  ThrottlingException: 'throttled',
  TooManyRequestsException: 'throttled',
  // Something else is done to the same resource at this moment: nothing happened, and it passes.
  ConflictException: 'throttled',
  ServiceQuotaExceededException: 'quota-reached',
  AccessDeniedException: 'denied',
};

const RATE_ERRORS = ['ThrottlingException', 'TooManyRequestsException'];

/** Has the client count each call that IVS refuses for its rate. */
export function countThrottles<T extends Pick<IVSRealTimeClient, 'middlewareStack'>>(client: T, metrics: Metrics): T {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (RATE_ERRORS.includes(nameOf(error))) metrics.record({ IvsThrottles: 1 });
        throw error;
      }
    },
    // Around the SDK's own tries: a call counts once.
    { name: 'countThrottles', step: 'initialize' },
  );
  return client;
}

/** Runs one call to IVS and tells its failure in the domain's words. */
export async function ivsCall<T>(operation: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    throw toIvsError(operation, cause);
  }
}

/** Like ivsCall; undefined for a resource that does not exist. */
export async function ivsCallIfFound<T>(operation: string, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (cause) {
    if (nameOf(cause) === 'ResourceNotFoundException') return undefined;
    throw toIvsError(operation, cause);
  }
}

function toIvsError(operation: string, cause: unknown): unknown {
  const reason = REASONS[nameOf(cause)];
  if (reason) return new IvsError(reason, operation, { cause });
  // A refusal that we did not expect is a bug of ours and stays what it is; without an answer anything may have happened.
  return isDefiniteRefusal(cause) ? cause : new IvsError('unknown', operation, { cause });
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

function isDefiniteRefusal(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status !== undefined && status >= 400 && status < 500;
}
