import type { Emulation } from '../emulation.ts';
import type { Admission, Refusal } from './live-stages.ts';
import { isRefusal } from './live-stages.ts';
import { capabilitiesOf, isPresent, type Present, stopPublishing, tell } from './presences.ts';
import { refuse } from './refusals.ts';
import { type ExchangedToken, noteEvent } from './stage-sessions.ts';
import { announceExchange } from './stage-updates.ts';
import { verifyToken } from './verify-token.ts';

/** The stage's URLs and topic go with its ARN, and the token was verified against them: stage and participant say it all. */
export function exchangeToken(emulation: Emulation, present: Present, token: string): Admission | Refusal {
  if (!isPresent(emulation, present)) return refuse.notJoined();
  const admission = verifyToken(emulation, token);
  if (isRefusal(admission)) return admission;
  const { admission: previous } = present;
  if (previous.issuedBy !== 'key-pair' || admission.issuedBy !== 'key-pair') {
    return refuse.notAllowed('Only tokens that are signed with a key pair can be exchanged');
  }
  if (admission.participantId !== previous.participantId || admission.stageArn !== previous.stageArn) {
    return refuse.notAllowed('The new token is for another participant or another stage');
  }
  take(emulation, present, admission);
  return admission;
}

function take(emulation: Emulation, present: Present, admission: Admission): void {
  const [previousToken, newToken] = [describe(present.admission), describe(admission)];
  present.admission = admission;
  Object.assign(present.record, { userId: admission.userId, attributes: admission.attributes });
  noteEvent(emulation, present.record, 'TOKEN_EXCHANGED', { previousToken, newToken });
  announceExchange(emulation, present, previousToken, newToken);
  if (!admission.canPublish) stopPublishing(emulation, present);
  tell(emulation, present, 'metadata-changed');
}

function describe(admission: Admission): ExchangedToken {
  const { attributes, userId, expiresAt } = admission;
  const capabilities = capabilitiesOf(admission).map((each) => (each === 'publish' ? 'PUBLISH' : 'SUBSCRIBE'));
  return { capabilities, attributes, userId, expirationTime: expiresAt.toISOString() };
}
