import type { Role, UserId } from '../../../contract/stages.ts';
import { BannedError, StageInactiveError, StageNotFoundError, StageNotReadyError } from '../errors.ts';
import type { StageAccess } from '../ports.ts';
import { isRunning, type Profile, removalOf, type StageRecord } from '../profile.ts';
import { type Caller, type Standing, standingOf } from './caller-role.ts';

/** A caller who may have a token, and the stage that it is for. */
export interface Admitted {
  readonly role: Role;
  readonly standing: Standing;
  readonly profile: Profile;
  readonly stage: StageRecord;
}

const TRY_AGAIN_SECONDS = 2;

/** @throws StageError for whoever has no role, and while the stage is not there */
export function admitCaller(ownerId: UserId, caller: Caller, access: StageAccess, now: Date): Admitted {
  const standing = standingOf(caller, ownerId, access, now);
  const role = admit(ownerId, access, standing);
  return { role, standing, ...openStage(access, role, now) };
}

/** Of a private stage nobody else learns that it exists, not even by being refused. */
function admit(ownerId: UserId, { owner }: StageAccess, { role, banned }: Standing): Role {
  if (role === 'host') return role;
  if (!owner || (role === null && owner.visibility !== 'public')) throw new StageNotFoundError(ownerId);
  if (role === null) throw banned ? new BannedError() : new StageNotFoundError(ownerId);
  return role;
}

function openStage({ owner }: StageAccess, role: Role, now: Date): Pick<Admitted, 'profile' | 'stage'> {
  const removal = owner && removalOf(owner);
  if (removal && isRunning(removal, now)) {
    throw new StageNotReadyError(Math.ceil((removal.until - now.getTime()) / 1000));
  }
  // After a removal that broke off only IVS knows whether the stage exists: the owner's PUT asks it.
  if (!owner?.stage || removal) throw absentStage(role);
  return { profile: owner, stage: owner.stage };
}

/** Only the host can bring a stage back; for anybody else nothing is provisioned. */
export const absentStage = (role: Role): Error =>
  role === 'host' ? new StageNotReadyError(TRY_AGAIN_SECONDS) : new StageInactiveError();
