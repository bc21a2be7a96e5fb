import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Admission, LiveStages } from '../live/live-stages.ts';
import type { MediaEngine, StartEngine } from './engine.ts';
import { openEventStream } from './event-stream.ts';
import {
  asMediaRefusal,
  bodyTooLarge,
  MediaRefusal,
  methodNotAllowed,
  notFound,
  wrongContentType,
} from './media-refusal.ts';
import { createMembers, type Member, requireCapability } from './members.ts';

/** The HTTP side of the media plane: WHIP, WHEP, and an event stream whose connection is the participant's stay. */
export interface MediaRoutes {
  /** Whether the request is one of these routes', and so is going to be answered. */
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  readonly engine: MediaEngine;
  /** Ends all stays and sessions, and the engine. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Pages of any origin may use these routes: a token is all it takes, here as on AWS. */
const corsHeaders = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-expose-headers': 'location',
};
const maxBodyBytes = 64 * 1024;

export async function openMediaRoutes(live: LiveStages, startEngine: StartEngine): Promise<MediaRoutes> {
  const members = createMembers(live, () => engine);
  const engine = await startEngine({
    onClosed: (id) => members.endSession(id, 'connection-lost'),
    onLost: () => members.endAllSessions(),
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { status, headers, body } = (await route(request, response)) ?? {};
      if (status !== undefined) response.writeHead(status, { ...corsHeaders, ...headers }).end(body);
    } catch (error) {
      // The client went away in the middle of its request.
      if (request.errored) return;
      const { status, code, message, headers } = asMediaRefusal(error);
      response.writeHead(status, { ...corsHeaders, ...headers, 'content-type': 'application/json' });
      response.end(JSON.stringify({ code, message }));
    }
  }

  /** Undefined once the answer has begun. */
  async function route(request: IncomingMessage, response: ServerResponse): Promise<Answer | undefined> {
    const { method = '' } = request;
    const [, place, name] = /^\/(whip|whep|live)(?:\/([^/]+))?$/.exec(pathOf(request)) ?? [];
    if (method === 'OPTIONS') return { status: 204, headers: { 'accept-post': 'application/sdp' } };
    if (place === 'whip' && name === undefined) return only('POST', method) ?? publish(request);
    if (place === 'whip') return only('DELETE', method) ?? end(request, name ?? '');
    if (place === 'whep' && name !== undefined && method === 'POST') return view(request, name);
    if (place === 'whep' && name !== undefined) return only('DELETE', method, 'POST, DELETE') ?? end(request, name);
    if (place === 'live' && name === 'events') return only('GET', method) ?? stay(request, response);
    if (place === 'live' && name === 'exchange') return only('POST', method) ?? exchange(request);
    if (place === 'live' && name === 'mute') return only('POST', method) ?? mute(request);
    throw notFound(pathOf(request));
  }

  async function publish(request: IncomingMessage): Promise<Answer> {
    const token = readToken(request);
    requireCapability(admissionOf(token), 'publish');
    const { id, answer } = await engine.publish(await readBody(request, 'application/sdp'));
    await closingOnFailure(id, () => members.startPublication(memberToPublish(token), id));
    return sessionCreated(`/whip/${id}`, answer);
  }

  /** To publish twice without an event stream is to join twice, which ends the first stay. */
  function memberToPublish(token: string): Member {
    const member = members.byToken(token);
    const isReused = member?.publicationId !== undefined && !member.stream;
    return member && !isReused ? member : members.join(token);
  }

  async function view(request: IncomingMessage, publisherId: string): Promise<Answer> {
    const token = readToken(request);
    const admission = admissionOf(token);
    requireCapability(admission, 'subscribe');
    const offer = await readBody(request, 'application/sdp');
    const publicationId = members.findPublication(admission.stageArn, publisherId);
    if (publicationId === undefined) throw notFound('A publisher of this id');
    const { id, answer } = await engine.view(publicationId, offer);
    await closingOnFailure(id, () => {
      members.startViewing(members.byToken(token) ?? members.join(token), id, publisherId);
    });
    return sessionCreated(`/whep/${id}`, answer);
  }

  function admissionOf(token: string): Admission {
    return members.byToken(token)?.admission ?? members.verify(token);
  }

  async function closingOnFailure(id: string, start: () => void): Promise<void> {
    try {
      start();
    } catch (error) {
      engine.close(id);
      throw error;
    }
  }

  function end(request: IncomingMessage, id: string): Answer {
    const token = readToken(request);
    const member = members.byToken(token);
    if (!member) members.verify(token);
    const owner = members.bySession(id);
    // It may have ended by itself a moment ago, and nothing is left to do.
    if (!owner) return { status: 200 };
    if (owner !== member) throw new MediaRefusal(403, 'TOKEN_NOT_ALLOWED', "The session is another participant's");
    members.endSession(id, 'user-initiated');
    return { status: 200 };
  }

  function stay(request: IncomingMessage, response: ServerResponse): undefined {
    const member = members.join(readToken(request));
    const stream = openEventStream(response, corsHeaders, () => members.leave(member, 'user-initiated'));
    members.connect(member, stream);
  }

  async function exchange(request: IncomingMessage): Promise<Answer> {
    const member = joinedMember(request);
    const { token } = parseExchange(await readBody(request, 'application/json'));
    const { expiresAt, participantId, userId, attributes, canPublish, canSubscribe } = members.exchange(member, token);
    const body = { participantId, userId, attributes, canPublish, canSubscribe, expiresAt };
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  }

  async function mute(request: IncomingMessage): Promise<Answer> {
    const { presence } = joinedMember(request);
    const { audio, video } = parseMute(await readBody(request, 'application/json'));
    presence.setMuted({ audioMuted: audio, videoMuted: video });
    return { status: 204 };
  }

  function joinedMember(request: IncomingMessage): Member {
    const member = members.byToken(readToken(request));
    if (!member) throw new MediaRefusal(409, 'NOT_JOINED', 'No participant is on the stage with this token');
    return member;
  }

  return {
    handle(request, response) {
      if (!/^\/(whip|whep|live)(\/|$)/.test(pathOf(request))) return false;
      void answer(request, response);
      return true;
    },
    engine,
    async close() {
      members.dismissAll();
      await engine.stop();
    },
  };
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}

function only(wanted: string, method: string, allowed = wanted): undefined {
  if (method !== wanted) throw methodNotAllowed(`${allowed}, OPTIONS`);
}

function readToken({ headers }: IncomingMessage): string {
  const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (token === undefined) {
    throw new MediaRefusal(401, 'TOKEN_MALFORMED', 'The request has no bearer token', { 'www-authenticate': 'Bearer' });
  }
  return token;
}

/** Reads an oversized body to its end without keeping it: an answer sent before that may never reach the client. */
async function readBody(request: IncomingMessage, contentType: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  const [sent = ''] = (request.headers['content-type'] ?? '').split(';', 1);
  if (sent.trim().toLowerCase() !== contentType) throw wrongContentType(contentType);
  if (bytes > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
  return Buffer.concat(chunks).toString();
}

function parseExchange(body: string): { token: string } {
  try {
    const { token } = JSON.parse(body);
    if (typeof token === 'string') return { token };
  } catch {
    // Answered like a body without the member.
  }
  throw new MediaRefusal(400, 'BAD_REQUEST', 'The body must be {"token": "…"}');
}

function parseMute(body: string): { audio: boolean; video: boolean } {
  try {
    const { audio, video } = JSON.parse(body);
    if (typeof audio === 'boolean' && typeof video === 'boolean') return { audio, video };
  } catch {
    // Answered like a body without the members.
  }
  throw new MediaRefusal(400, 'BAD_REQUEST', 'The body must be {"audio": …, "video": …}, both true (muted) or false');
}

/** Location is relative to the request, so that it is right behind any proxy. */
function sessionCreated(location: string, answer: string): Answer {
  return { status: 201, headers: { 'content-type': 'application/sdp', location }, body: answer };
}
