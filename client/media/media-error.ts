/**
 * - `permission-refused`: by the user, the browser or the page's policy.
 * - `no-device`: there is none, or not the one that was asked for.
 * - `device-busy`: another program has it, or it failed.
 * - `unsupported`: not in this browser, or the page was not loaded by HTTPS.
 * - `cancelled`: no screen was chosen, or the media was stopped meanwhile.
 */
export type MediaErrorCode = 'permission-refused' | 'no-device' | 'device-busy' | 'unsupported' | 'cancelled';

/** Why a camera, a microphone or a screen could not be opened. */
export class MediaError extends Error {
  override readonly name = 'MediaError';
  readonly code: MediaErrorCode;

  constructor(code: MediaErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const codesByName: Readonly<Record<string, MediaErrorCode>> = {
  NotAllowedError: 'permission-refused',
  SecurityError: 'permission-refused',
  // A screen can be asked for in answer to a click only.
  InvalidStateError: 'permission-refused',
  NotFoundError: 'no-device',
  OverconstrainedError: 'no-device',
  NotReadableError: 'device-busy',
  AbortError: 'device-busy',
  NotSupportedError: 'unsupported',
  TypeError: 'unsupported',
};

/** `refused`: what NotAllowedError means, if not that the permission was refused. */
export function asMediaError(error: unknown, refused: MediaErrorCode = 'permission-refused'): MediaError {
  const { name, message } = error as Error;
  const code = name === 'NotAllowedError' ? refused : (codesByName[name] ?? 'device-busy');
  return new MediaError(code, `${name}: ${message}`, { cause: error });
}
