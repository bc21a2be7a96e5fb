import { IvsError } from '../errors.ts';
import type { StageUpdate } from '../live/stage-update.ts';
import type { Services } from '../ports.ts';
import { stageIdOf } from '../stage-tags.ts';
import type { CallIvs } from './call-ivs.ts';
import { type EnforcementNeeds, type EnforcementOutcome, enforcePublishing } from './enforce-rights.ts';
import { TIME_TO_EXCHANGE_SECONDS } from './look-again.ts';

export type CheckPublisherNeeds = EnforcementNeeds & Pick<Services, 'stageOwners' | 'rightsChecks' | 'log'>;

/** Looks whether somebody who has just begun to publish may: their token may be older than their rights. */
export const checkPublisher =
  (services: CheckPublisherNeeds, callIvs: CallIvs) =>
  async ({ stageArn, participantId, userId }: StageUpdate): Promise<EnforcementOutcome | 'left-to-a-check'> => {
    const { stageOwners, rightsChecks, log } = services;
    const ownerId = await stageOwners.get(stageIdOf(stageArn));
    if (ownerId === undefined) return 'allowed';
    try {
      return await enforcePublishing(services, callIvs)(ownerId, stageArn, { participantId, userId });
    } catch (cause) {
      if (!(cause instanceof IvsError)) throw cause;
      log.warn('a publisher without the right to is put out some seconds later', { ownerId, participantId, cause });
      await rightsChecks.send({ ownerId, userId }, TIME_TO_EXCHANGE_SECONDS);
      return 'left-to-a-check';
    }
  };
