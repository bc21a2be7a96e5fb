import { RateLimitedError } from '../stages/errors.ts';
import type { Services } from '../stages/ports.ts';
import type { Endpoint } from './http-function.ts';

/** For endpoints that call IVS, now or from a queue: one request a second for each user over all of them, five at once. */
export const rateLimited =
  ({ rateLimits, now }: Pick<Services, 'rateLimits' | 'now'>, endpoint: Endpoint): Endpoint =>
  async (event, caller) => {
    const retryAfterSeconds = await rateLimits.take(caller.userId, now());
    if (retryAfterSeconds !== undefined) throw new RateLimitedError(retryAfterSeconds);
    return endpoint(event, caller);
  };
