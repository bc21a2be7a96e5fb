import { createHash } from 'node:crypto';

/** An id in the form of AWS's generated ones, but the same in every run: a digest of the logical id. */
export function shortId(logicalId: string, length: number): string {
  const digest = BigInt(`0x${createHash('sha256').update(logicalId).digest('hex')}`);
  return digest.toString(36).padStart(length, '0').slice(-length);
}
