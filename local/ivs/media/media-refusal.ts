import { EngineError } from './engine.ts';

/** A request that is answered with an error. Its body is `{code, message}` as JSON. */
export class MediaRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export const notFound = (what: string) => new MediaRefusal(404, 'NOT_FOUND', `${what} was not found`);

export const methodNotAllowed = (allowed: string) =>
  new MediaRefusal(405, 'METHOD_NOT_ALLOWED', `Only ${allowed} is answered here`, { allow: allowed });

export const bodyTooLarge = (limitBytes: number) =>
  new MediaRefusal(413, 'BODY_TOO_LARGE', `The request body is larger than ${limitBytes} bytes`);

export const wrongContentType = (wanted: string) =>
  new MediaRefusal(415, 'WRONG_CONTENT_TYPE', `The content type must be ${wanted}`);

export function asMediaRefusal(error: unknown): MediaRefusal {
  if (error instanceof MediaRefusal) return error;
  if (!(error instanceof EngineError)) {
    console.error('The media routes failed:', error);
    return new MediaRefusal(500, 'INTERNAL', 'The media routes failed');
  }
  if (error.why === 'bad-offer') return new MediaRefusal(400, 'BAD_OFFER', error.message);
  if (error.why === 'not-publishing') return new MediaRefusal(404, 'NOT_PUBLISHING', error.message);
  return new MediaRefusal(503, 'MEDIA_UNAVAILABLE', error.message, { 'retry-after': '1' });
}
