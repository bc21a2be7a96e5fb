import type { Capability, Role } from '../../../contract/stages.ts';
import { StageFullError } from '../errors.ts';
import { isPublishing } from '../live/publishers.ts';
import type { Profile } from '../profile.ts';

/** IVS lets so many participants of a stage publish, and raises it for nobody. */
const PUBLISHERS = 12;
const PUBLISHERS_BESIDE_THE_HOST = PUBLISHERS - 1;

/** Who publishes already keeps the seat. @throws StageFullError */
export function assertSeat(
  { publishers, publisherCount }: Pick<Profile, 'publishers' | 'publisherCount'>,
  role: Role,
  capabilities: readonly Capability[],
  participantId?: string,
): void {
  if (!capabilities.some((name) => name.startsWith('PUBLISH_'))) return;
  const known = participantId === undefined ? undefined : publishers[participantId];
  if (known && isPublishing(known)) return;
  const seats = role === 'host' ? PUBLISHERS : PUBLISHERS_BESIDE_THE_HOST;
  if (publisherCount >= seats) throw new StageFullError();
}
