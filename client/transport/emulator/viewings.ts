import type { MediaKind } from '../transport.ts';
import { type MediaSession, openMediaSession } from './media-session.ts';
import type { Presence } from './presence.ts';

interface Viewing {
  readonly kinds: readonly MediaKind[];
  session: MediaSession | undefined;
}

/** The publishers that one participant views. */
export function createViewings(
  presence: Presence,
  onTracks: (participantId: string, tracks: readonly MediaStreamTrack[]) => void,
) {
  const viewings = new Map<string, Viewing>();

  /** Views these kinds of the participant's media from now on. */
  function view(participantId: string, kinds: readonly MediaKind[]): void {
    const present = viewings.get(participantId);
    if ((present?.kinds ?? []).join() === kinds.join()) return;
    close(participantId);
    if (kinds.length > 0) start(participantId, kinds);
  }

  function start(participantId: string, kinds: readonly MediaKind[]): void {
    const viewing: Viewing = { kinds, session: undefined };
    viewings.set(participantId, viewing);
    open(participantId, viewing).catch(() => {
      // The publisher stopped, or has nothing of these kinds. What comes next of the participant is another try.
      if (viewings.get(participantId) === viewing) viewings.delete(participantId);
    });
  }

  async function open(participantId: string, viewing: Viewing): Promise<void> {
    const peer = presence.createPeer();
    for (const kind of viewing.kinds) peer.addTransceiver(kind, { direction: 'recvonly' });
    const session = await openMediaSession(presence, `/whep/${encodeURIComponent(participantId)}`, peer);
    const isCurrent = () => viewings.get(participantId) === viewing && !presence.ending.signal.aborted;
    if (!isCurrent()) return session.close();
    viewing.session = session;
    peer.addEventListener('connectionstatechange', () => {
      if (peer.connectionState !== 'failed' || !isCurrent()) return;
      close(participantId);
      start(participantId, viewing.kinds);
    });
    onTracks(participantId, receivedTracks(peer));
  }

  function close(participantId: string): void {
    const viewing = viewings.get(participantId);
    viewings.delete(participantId);
    if (!viewing?.session) return;
    viewing.session.close();
    onTracks(participantId, []);
  }

  return {
    view,
    closeAll() {
      for (const { session } of viewings.values()) session?.close();
      viewings.clear();
    },
  };
}

/** Not of media that the answer declined. */
function receivedTracks(peer: RTCPeerConnection): MediaStreamTrack[] {
  const receiving = peer.getTransceivers().filter(({ currentDirection }) => currentDirection === 'recvonly');
  return receiving.map(({ receiver }) => receiver.track);
}
