import type { Timestamp } from '@stagedoor/client';

export function describeEnd(expiresAt: Timestamp | undefined): string {
  if (expiresAt === undefined) return 'without an end';
  return `until ${new Date(expiresAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}`;
}
