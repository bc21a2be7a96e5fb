import type { Timestamp } from '../../../contract/stages.ts';
import { InvalidRequestError } from '../errors.ts';

/** @throws InvalidRequestError when the end comes sooner than so many seconds from now */
export function assertAhead(expiresAt: Timestamp | undefined, seconds: number, now: Date): void {
  if (expiresAt === undefined) return;
  const aheadMs = Date.parse(expiresAt) - now.getTime();
  if (aheadMs > 0 && aheadMs >= seconds * 1000) return;
  const rule = seconds > 0 ? `at least ${seconds} seconds ahead` : 'in the future';
  throw new InvalidRequestError(`expiresAt must be ${rule}, got ${JSON.stringify(expiresAt)}`);
}
