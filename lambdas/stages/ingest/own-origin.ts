import { isIvsError } from '../errors.ts';
import type { IvsIngest, Services } from '../ports.ts';
import { originOf, type StageOrigin } from '../stage-tags.ts';
import { ingestNameOf } from './ingest-view.ts';

/** Where an ingest comes from, if this deployment made it. Only its tags tell, which IVS's lists leave out. */
export async function ownOrigin(
  { ingests, settings }: Pick<Services, 'ingests' | 'settings'>,
  { arn, name, userId }: IvsIngest,
  signal: AbortSignal,
): Promise<StageOrigin | undefined> {
  if (name !== ingestNameOf(userId)) return undefined;
  try {
    const origin = originOf((await ingests.tagsOf(arn, signal)) ?? {});
    return origin?.deployment === settings.deployment && origin.ownerId === userId ? origin : undefined;
  } catch (error) {
    // It carries the tag of another deployment.
    if (isIvsError(error, 'denied')) return undefined;
    throw error;
  }
}
