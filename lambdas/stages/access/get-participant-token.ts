import type { IssueTokenRequest, ParticipantToken, Role, UserId } from '../../../contract/stages.ts';
import { fallbackNameOf } from '../display-name.ts';
import {
  BannedError,
  isIvsError,
  StageInactiveError,
  StageNotFoundError,
  StageNotReadyError,
  UpstreamThrottledError,
} from '../errors.ts';
import type { IssuedToken, Services, StageAccess, TokenRequest } from '../ports.ts';
import { isRunning, removalOf, type StageRecord } from '../profile.ts';
import { type Caller, type Standing, standingOf } from './caller-role.ts';
import { grantCapabilities } from './capabilities.ts';
import { toParticipantToken } from './participant-token.ts';

/** A token is checked at the join only: a short one costs its holder nothing and ends sooner what a kick or ban must outlast. */
const LONGEST_FOR_OTHERS_MINUTES = 15;
const IVS_DEADLINE_MS = 5_000;
const TRY_AGAIN_SECONDS = 2;

export type TokenNeeds = Pick<Services, 'stageAccess' | 'tokenIssuer' | 'settings' | 'now' | 'deadline'>;

/** Issues a token for one participant, with what the caller's role on the stage allows and no more. */
export const getParticipantToken =
  (services: TokenNeeds) =>
  async (ownerId: UserId, caller: Caller, request: IssueTokenRequest): Promise<ParticipantToken> => {
    const { stageAccess, now } = services;
    const access = await stageAccess.read(ownerId, caller.userId);
    const standing = standingOf(caller, ownerId, access, now());
    const role = admit(ownerId, access, standing);
    const stage = openStage(access, role, now());
    const tokenRequest: TokenRequest = {
      userId: caller.userId,
      displayName: access.callerName ?? fallbackNameOf(caller.userId),
      role,
      capabilities: grantCapabilities(role, standing.capabilities, request.capabilities),
      durationMinutes: lifeMinutes(services, role, standing, request),
    };
    const issued = await issue(services, stage, tokenRequest);
    if (!issued) throw absentStage(role, TRY_AGAIN_SECONDS);
    return toParticipantToken(issued, tokenRequest, stage.arn, services.tokenIssuer.issuedBy);
  };

/** Of a private stage nobody else learns that it exists, not even by being refused. */
function admit(ownerId: UserId, { owner }: StageAccess, { role, banned }: Standing): Role {
  if (role === 'host') return role;
  if (!owner || (role === null && owner.visibility !== 'public')) throw new StageNotFoundError(ownerId);
  if (role === null) throw banned ? new BannedError() : new StageNotFoundError(ownerId);
  return role;
}

function openStage({ owner }: StageAccess, role: Role, now: Date): StageRecord {
  const removal = owner && removalOf(owner);
  if (removal && isRunning(removal, now)) {
    throw new StageNotReadyError(Math.ceil((removal.until - now.getTime()) / 1000));
  }
  // After a removal that broke off only IVS knows whether the stage exists: the owner's PUT asks it.
  if (!owner?.stage || removal) throw absentStage(role, TRY_AGAIN_SECONDS);
  return owner.stage;
}

/** Only the host can bring a stage back; for anybody else nothing is provisioned. */
const absentStage = (role: Role, retryAfterSeconds: number): Error =>
  role === 'host' ? new StageNotReadyError(retryAfterSeconds) : new StageInactiveError();

function lifeMinutes(
  { settings, now }: TokenNeeds,
  role: Role,
  { roleEndsAt }: Standing,
  { durationMinutes = Number.POSITIVE_INFINITY }: IssueTokenRequest,
): number {
  const longest = role === 'host' ? settings.tokenMinutes : Math.min(settings.tokenMinutes, LONGEST_FOR_OTHERS_MINUTES);
  const untilRoleEnds =
    roleEndsAt === undefined ? longest : Math.floor((Date.parse(roleEndsAt) - now().getTime()) / 60_000);
  return Math.min(durationMinutes, longest, untilRoleEnds);
}

async function issue(
  { tokenIssuer, deadline }: TokenNeeds,
  stage: StageRecord,
  request: TokenRequest,
): Promise<IssuedToken | undefined> {
  try {
    return await tokenIssuer.issue(stage, request, deadline(IVS_DEADLINE_MS));
  } catch (cause) {
    const passes = isIvsError(cause, 'throttled') || isIvsError(cause, 'unknown');
    throw passes ? new UpstreamThrottledError({ cause }) : cause;
  }
}
