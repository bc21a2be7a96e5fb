import type { UserId } from '../../contract/stages.ts';

/** Has a public stage that is live. */
export const ADA = 'ada-public';
/** Has a private stage that is live. */
export const PIA = 'pia-private';
/** Has no profile. As long as the ids of the owners of private stages, so that answers about them can be compared. */
export const NOBODY = 'nil-missing';
/** Waits for a stage. */
export const WES = 'wes-waiting';
/** Invited to both stages. */
export const GUS = 'gus-guest';
/** Banned from both stages. */
export const BEN = 'ben-banned';
export const MOD = 'mod-moderator';
export const SAM = 'sam-stranger';
/** Has a private stage. Ids that a careless program finds on every object are as good as any other. */
export const CONSTRUCTOR = 'constructor';
/** Has a public stage. */
export const PROTO = '__proto__';

/** Everybody who has a profile. */
export const USERS: readonly UserId[] = [ADA, PIA, WES, GUS, BEN, MOD, SAM, CONSTRUCTOR, PROTO];
/** Whose stage is private, as long as they leave it so. */
export const PRIVATE_OWNERS: readonly UserId[] = [PIA, CONSTRUCTOR];
/** Whoever can be named in a request. */
export const IDS: readonly UserId[] = [...USERS, NOBODY];
