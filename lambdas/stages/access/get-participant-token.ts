import type { IssueTokenRequest, ParticipantToken, UserId } from '../../../contract/stages.ts';
import { fallbackNameOf } from '../display-name.ts';
import { RateLimitedError } from '../errors.ts';
import { throwPassing } from '../passing-trouble.ts';
import type { IssuedToken, Services, TokenRequest } from '../ports.ts';
import type { StageRecord } from '../profile.ts';
import { absentStage, admitCaller } from './admit-caller.ts';
import type { Caller } from './caller-role.ts';
import { grantCapabilities } from './capabilities.ts';
import { toParticipantToken } from './participant-token.ts';
import { assertSeat } from './publishing-seats.ts';
import { tokenLifeMinutes } from './token-life.ts';

const IVS_DEADLINE_MS = 5_000;

export type TokenNeeds = Pick<Services, 'stageAccess' | 'tokenIssuer' | 'rateLimits' | 'settings' | 'now' | 'deadline'>;

/** Issues a token for one participant, with what the caller's role on the stage allows and no more. */
export const getParticipantToken =
  (services: TokenNeeds) =>
  async (ownerId: UserId, caller: Caller, request: IssueTokenRequest): Promise<ParticipantToken> => {
    const { stageAccess, tokenIssuer, now } = services;
    const [access] = await Promise.all([stageAccess.read(ownerId, caller.userId), tokenIssuer.prepare()]);
    const admitted = admitCaller(ownerId, caller, access, now());
    const { role, standing, profile, stage } = admitted;
    const capabilities = grantCapabilities(role, standing.capabilities, request.capabilities);
    assertSeat(profile, role, capabilities);
    await assertRate(services, caller.userId);
    const tokenRequest: TokenRequest = {
      userId: caller.userId,
      displayName: access.callerName ?? fallbackNameOf(caller.userId),
      role,
      capabilities,
      durationMinutes: tokenLifeMinutes(services, admitted, request.durationMinutes),
    };
    const issued = await issue(services, stage, tokenRequest);
    if (!issued) throw absentStage(role);
    return toParticipantToken(issued, tokenRequest, stage.arn);
  };

/** Where every token is a call to IVS. A key pair that fails for a while is no reason to refuse anybody. */
async function assertRate({ rateLimits, settings, now }: TokenNeeds, userId: UserId): Promise<void> {
  if (settings.tokenIssuer !== 'ivs-api') return;
  const retryAfterSeconds = await rateLimits.take(userId, now());
  if (retryAfterSeconds !== undefined) throw new RateLimitedError(retryAfterSeconds);
}

async function issue(
  { tokenIssuer, deadline }: TokenNeeds,
  stage: StageRecord,
  request: TokenRequest,
): Promise<IssuedToken | undefined> {
  try {
    return await tokenIssuer.issue(stage, request, deadline(IVS_DEADLINE_MS));
  } catch (cause) {
    return throwPassing(cause);
  }
}
