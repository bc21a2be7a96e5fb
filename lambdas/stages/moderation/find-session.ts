import { isIvsError } from '../errors.ts';
import type { Services } from '../ports.ts';
import type { CallIvs } from './call-ivs.ts';

/** The session that goes on on a stage. Undefined: none, or the stage is gone, or it is not ours. */
export async function findSession(
  { ivs }: Pick<Services, 'ivs'>,
  callIvs: CallIvs,
  stageArn: string,
): Promise<string | undefined> {
  try {
    return (await callIvs('getStage', (signal) => ivs.getStage(stageArn, signal)))?.activeSessionId;
  } catch (error) {
    if (isIvsError(error, 'denied')) return undefined;
    throw error;
  }
}
