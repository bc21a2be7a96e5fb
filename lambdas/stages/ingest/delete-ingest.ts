import { isIvsError } from '../errors.ts';
import type { Services } from '../ports.ts';

/** What is gone has no tags, so our permission may deny where IVS would have answered that it does not exist. */
export async function deleteIngest(
  { ingests }: Pick<Services, 'ingests'>,
  arn: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await ingests.delete(arn, signal);
  } catch (error) {
    const isGone = isIvsError(error, 'denied') && (await ingests.tagsOf(arn, signal)) === undefined;
    if (!isGone) throw error;
  }
}
