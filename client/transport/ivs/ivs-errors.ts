import type { StageError, StageErrorCode, StageLeftReason } from 'amazon-ivs-web-broadcast';
import { type EndReason, TransportError, type TransportErrorCode } from '../transport.ts';

/** By the numbers of StageErrorCode, so that nothing of the SDK is needed to read them. */
const codesByNumber = {
  1: 'token-malformed',
  2: 'token-expired',
  3: 'unreachable',
  4: 'unreachable',
  5: 'aborted',
  6: 'stage-full',
  7: 'unsupported',
  8: 'token-not-allowed',
  9: 'stage-deleted',
  10: 'participant-disconnected',
  11: 'exchange-refused',
  12: 'exchange-refused',
} satisfies Record<StageErrorCode, TransportErrorCode>;

/** The SDK also throws what is no StageError, which has numbers of its own: then the code is `otherwise`. */
export function asTransportError(error: unknown, otherwise: TransportErrorCode = 'unreachable'): TransportError {
  if (error instanceof TransportError) return error;
  const { name, code, category, message = '' } = error as Partial<StageError>;
  const known = category === undefined ? undefined : codesByNumber[code as StageErrorCode];
  // Not the SDK's object itself: it may hold the participant's token, and what is told to listeners ends in logs.
  return new TransportError(known ?? otherwise, message.replace(JWT, '(a token)'), { cause: { name, code, category } });
}

/** Every token of a participant begins with its encoded `{"`. */
const JWT = /eyJ[\w.-]+/g;

const endsByReason: Readonly<Record<`${StageLeftReason}`, EndReason>> = {
  'token-reused': 'token-reused',
  'participant-disconnected': 'participant-disconnected',
  'stage-deleted': 'stage-deleted',
  'failed-exchange': 'exchange-refused',
  // The SDK also leaves by itself, when a page begins to unload. A page that stays after all joins again.
  'user-initiated': 'connection-lost',
  unknown: 'connection-lost',
  // Of connections that stages share, which is nothing that this package makes.
  'real-time-connection-forced-leave': 'connection-lost',
  'real-time-connection-token-revocation': 'connection-lost',
};

export function endOfLeaving(reason: StageLeftReason): EndReason {
  return endsByReason[reason] ?? 'connection-lost';
}

const endsByCode: Partial<Record<TransportErrorCode, EndReason>> = {
  'participant-disconnected': 'participant-disconnected',
  'stage-deleted': 'stage-deleted',
  'exchange-refused': 'exchange-refused',
};

/** Of an error after which the SDK does not go on. With another token it may be possible to join anew. */
export function endOfError({ code }: TransportError): EndReason {
  return endsByCode[code] ?? 'connection-lost';
}

/** Such a failure is the exchange's to tell. If it is also the end, the SDK says that it left. */
export const isOfExchange = ({ code }: StageError) => codesByNumber[code] === 'exchange-refused';

/** Of what ended before it began. */
export function codeOfEnd(reason: EndReason): TransportErrorCode {
  return reason === 'participant-disconnected' || reason === 'stage-deleted' ? reason : 'unreachable';
}
