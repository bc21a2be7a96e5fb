import type { Services } from '../ports.ts';
import type { Profile } from '../profile.ts';

/** What the one sender makes while nothing throttles it: a little under IVS's 5 CreateStage calls a second. */
export const STAGES_PER_SECOND = 4.5;

/** A message may be lost: after this time beyond its turn, nobody waits for it any longer. */
const PATIENCE_SECONDS = 60;

type Needs = Pick<Services, 'provisioningQueue' | 'now'>;

/** Seconds until the user's turn, or undefined if they do not wait in the queue (any more). */
export async function queueWaitSeconds(
  { provisioningQueue, now }: Needs,
  { queuedAt }: Profile,
  signal?: AbortSignal,
): Promise<number | undefined> {
  if (queuedAt === undefined) return undefined;
  const estimateSeconds = turnSeconds(await provisioningQueue.backlog(signal));
  const waitedSeconds = (now().getTime() - Date.parse(queuedAt)) / 1000;
  return waitedSeconds <= estimateSeconds + PATIENCE_SECONDS ? estimateSeconds : undefined;
}

/** Whole seconds until a message behind so many others is done. */
export const turnSeconds = (backlog: number): number => Math.ceil((backlog + 1) / STAGES_PER_SECOND);
