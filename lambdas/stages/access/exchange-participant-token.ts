import type { ExchangeTokenRequest, ParticipantToken, UserId } from '../../../contract/stages.ts';
import { fallbackNameOf } from '../display-name.ts';
import { ExchangeNotSupportedError, TokenRefusedError } from '../errors.ts';
import type { HeldToken, Services, TokenRequest } from '../ports.ts';
import { admitCaller } from './admit-caller.ts';
import type { Caller } from './caller-role.ts';
import { grantCapabilities } from './capabilities.ts';
import { toParticipantToken } from './participant-token.ts';
import { assertSeat } from './publishing-seats.ts';
import { tokenLifeMinutes } from './token-life.ts';

export type ExchangeNeeds = Pick<Services, 'stageAccess' | 'tokenIssuer' | 'settings' | 'now'>;

/** A token for the same participant with what the caller's role allows by now: they change it without leaving the stage. */
export const exchangeParticipantToken =
  (services: ExchangeNeeds) =>
  async (ownerId: UserId, caller: Caller, request: ExchangeTokenRequest): Promise<ParticipantToken> => {
    const { stageAccess, tokenIssuer, now } = services;
    const held = await readOwnToken(services, caller, request.token);
    const access = await stageAccess.read(ownerId, caller.userId, held.participantId);
    const admitted = admitCaller(ownerId, caller, access, now());
    const { role, standing, profile, stage } = admitted;
    if (access.burnt || held.stageArn !== stage.arn) throw refused();
    const stillAllowed = held.capabilities.filter((name) => standing.capabilities.includes(name));
    const capabilities = grantCapabilities(role, standing.capabilities, request.capabilities ?? stillAllowed);
    assertSeat(profile, role, capabilities, held.participantId);
    const tokenRequest: TokenRequest = {
      userId: caller.userId,
      displayName: access.callerName ?? fallbackNameOf(caller.userId),
      role,
      capabilities,
      durationMinutes: tokenLifeMinutes(services, admitted),
    };
    const issued = await tokenIssuer.reissue(held, tokenRequest);
    if (!issued) throw new ExchangeNotSupportedError();
    return toParticipantToken(issued, tokenRequest, stage.arn);
  };

async function readOwnToken(
  { tokenIssuer, now }: ExchangeNeeds,
  { userId }: Caller,
  token: string,
): Promise<HeldToken> {
  const held = await tokenIssuer.read(token);
  if (held === 'foreign') throw new ExchangeNotSupportedError();
  if (held === 'refused' || held.userId !== userId || held.expiresAt <= now()) throw refused();
  return held;
}

/** One answer for all that can be wrong with a token: it helps nobody to forge one. */
const refused = () => new TokenRefusedError('this token cannot be exchanged; ask for a new one');
