import type { ParticipantToken } from '../../../contract/stages.ts';
import type { IssuedToken, TokenRequest } from '../ports.ts';

export const toParticipantToken = (
  { token, participantId, expiresAt, issuedBy }: IssuedToken,
  { userId, role, capabilities }: TokenRequest,
  stageArn: string,
): ParticipantToken => ({
  token,
  participantId,
  userId,
  stageArn,
  role,
  capabilities,
  expiresAt: expiresAt.toISOString(),
  issuedBy,
});
