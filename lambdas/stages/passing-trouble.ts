import { isIvsError, UpstreamThrottledError } from './errors.ts';

/** What is worth another try once IVS has time again. Any other trouble stays what it is. */
export function throwPassing(cause: unknown, retryAfterSeconds = 1): never {
  const passes = isIvsError(cause, 'throttled') || isIvsError(cause, 'unknown');
  throw passes ? new UpstreamThrottledError({ cause, retryAfterSeconds }) : cause;
}
