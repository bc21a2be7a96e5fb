import type { UserId } from '../../../contract/stages.ts';
import type { Services } from '../ports.ts';

type Needs = Pick<Services, 'roomRequests' | 'metrics' | 'log'>;

/** IVS has no room for another stage. The user at hand is not helped any more: who asks next finds what the clean-up freed. */
export async function askForRoom(
  { roomRequests, metrics, log }: Needs,
  userId: UserId,
  cause: unknown,
  signal?: AbortSignal,
): Promise<void> {
  log.error('the region has no room for another stage', { userId, cause });
  metrics.record({ StageQuotaReached: 1 });
  try {
    await roomRequests.ask(signal);
  } catch (failure) {
    log.warn('room could not be asked for', { cause: failure });
  }
}
