import { TransportError } from '../transport.ts';
import { presenceEnded } from './call-emulator.ts';
import { type MediaSession, openMediaSession } from './media-session.ts';
import type { Presence } from './presence.ts';

interface Published extends MediaSession {
  readonly senders: readonly RTCRtpSender[];
  tracks: readonly MediaStreamTrack[];
}

/** What one participant publishes. `onFailed` is told when it ended and could not be published again. */
export function createPublication(presence: Presence, onFailed: (error: TransportError) => void) {
  let published: Published | undefined;
  let lastChange: Promise<unknown> = Promise.resolve();

  /** One at a time: a second session would replace the first. */
  function inTurn(change: () => Promise<void>): Promise<void> {
    const result = lastChange.then(change);
    lastChange = result.catch(() => {});
    return result;
  }

  /** Other tracks of the same kinds take the place of the present ones, so that viewers need not start anew. */
  async function replace(tracks: readonly MediaStreamTrack[]): Promise<void> {
    if (presence.ending.signal.aborted) throw presenceEnded();
    if (published && kindsOf(published.tracks) === kindsOf(tracks)) {
      published.tracks = tracks;
      await Promise.all(published.senders.map((sender) => sender.replaceTrack(ofKind(tracks, sender.track?.kind))));
      return;
    }
    close();
    if (tracks.length > 0) await open(tracks);
  }

  async function open(tracks: readonly MediaStreamTrack[]): Promise<void> {
    const peer = presence.createPeer();
    const senders = tracks.map((track) => peer.addTransceiver(track, { direction: 'sendonly' }).sender);
    const session = await openMediaSession(presence, '/whip', peer);
    published = { ...session, senders, tracks };
    try {
      await connected(peer, presence.ending.signal);
    } catch (error) {
      close();
      throw error;
    }
    peer.addEventListener('connectionstatechange', () => {
      if (peer === published?.peer && peer.connectionState === 'failed') republish();
    });
  }

  function republish(): void {
    inTurn(async () => {
      if (!published) return;
      const { tracks } = published;
      close();
      await open(tracks);
    }).catch((error: TransportError) => {
      if (!presence.ending.signal.aborted) onFailed(error);
    });
  }

  function close(): void {
    published?.close();
    published = undefined;
  }

  return {
    publish: (tracks: readonly MediaStreamTrack[]) => inTurn(() => replace(tracks)),
    /** After the media process died, and whenever the connection failed. */
    republish,
    close,
  };
}

const kindsOf = (tracks: readonly MediaStreamTrack[]) =>
  tracks
    .map(({ kind }) => kind)
    .sort()
    .join();

const ofKind = (tracks: readonly MediaStreamTrack[], kind: string | undefined) =>
  tracks.find((track) => track.kind === kind) ?? null;

/** A browser gives up by itself. */
function connected(peer: RTCPeerConnection, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = () => {
    if (signal.aborted) reject(presenceEnded());
    if (peer.connectionState === 'connected') resolve();
    if (peer.connectionState === 'failed') reject(new TransportError('unreachable', 'The media found no way'));
  };
  peer.addEventListener('connectionstatechange', look);
  signal.addEventListener('abort', look);
  look();
  return promise.finally(() => {
    peer.removeEventListener('connectionstatechange', look);
    signal.removeEventListener('abort', look);
  });
}
