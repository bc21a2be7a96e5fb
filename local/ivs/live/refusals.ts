import type { Refusal } from './live-stages.ts';

export const refuse = {
  malformed: (why: string): Refusal => ({ status: 401, code: 'TOKEN_MALFORMED', message: why }),
  expired: (): Refusal => ({ status: 401, code: 'TOKEN_EXPIRED', message: 'The token has expired' }),
  notAllowed: (why: string): Refusal => ({ status: 403, code: 'TOKEN_NOT_ALLOWED', message: why }),
  disconnected: (): Refusal => ({
    status: 403,
    code: 'PARTICIPANT_DISCONNECTED',
    message: 'The participant was disconnected: its token can no longer be used',
  }),
  stageDeleted: (): Refusal => ({ status: 410, code: 'STAGE_DELETED', message: 'The stage does not exist' }),
  atCapacity: (publishers: number): Refusal => ({
    status: 409,
    code: 'STAGE_AT_CAPACITY',
    message: `The stage has its ${publishers} publishers`,
  }),
  notJoined: (why = 'The participant is not on the stage'): Refusal => ({
    status: 404,
    code: 'NOT_JOINED',
    message: why,
  }),
};
