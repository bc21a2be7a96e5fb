import { TransportError, type TransportErrorCode } from '../transport.ts';
import type { Presence } from './presence.ts';

interface CallBody {
  readonly type: 'application/sdp' | 'application/json';
  readonly text: string;
}

/** Refusals that are not here are of the moment: nobody publishes, or not joined any more. */
const codesOfRefusals: Readonly<Record<string, TransportErrorCode>> = {
  TOKEN_MALFORMED: 'token-malformed',
  TOKEN_EXPIRED: 'token-expired',
  TOKEN_NOT_ALLOWED: 'token-not-allowed',
  PARTICIPANT_DISCONNECTED: 'participant-disconnected',
  STAGE_DELETED: 'stage-deleted',
  STAGE_AT_CAPACITY: 'stage-full',
  BAD_OFFER: 'unsupported',
};
const mediaRestartTries = 10;

/** @throws TransportError */
export async function callEmulator(
  presence: Presence,
  method: string,
  path: string,
  body?: CallBody,
): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await send(presence, method, path, body);
    if (response.ok) return response;
    const { code, message } = await readRefusal(response);
    // The media process is being started again.
    if (response.status !== 503 || tries === mediaRestartTries) {
      throw new TransportError(codesOfRefusals[code] ?? 'unreachable', `The emulator answered ${code}: ${message}`);
    }
    await presence.delay(Number(response.headers.get('retry-after')) * 1000).catch(() => {
      throw presenceEnded();
    });
  }
}

export const presenceEnded = () => new TransportError('aborted', 'The connection has ended');

async function send(presence: Presence, method: string, path: string, body?: CallBody): Promise<Response> {
  const { url, token, ending } = presence;
  const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': body.type }) };
  try {
    return await fetch(url + path, { method, headers, body: body?.text ?? null, signal: ending.signal });
  } catch (error) {
    if (ending.signal.aborted) throw presenceEnded();
    throw new TransportError('unreachable', `The emulator at ${url} does not answer`, { cause: error });
  }
}

async function readRefusal(response: Response): Promise<{ readonly code: string; readonly message: string }> {
  try {
    return await response.json();
  } catch {
    return { code: String(response.status), message: 'without a reason: is this the emulator?' };
  }
}
