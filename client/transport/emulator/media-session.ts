import { TransportError } from '../transport.ts';
import { callEmulator } from './call-emulator.ts';
import type { Presence } from './presence.ts';

/** One WHIP or WHEP session. */
export interface MediaSession {
  readonly peer: RTCPeerConnection;
  close(): void;
}

/**
 * Offers what the peer was prepared for. Candidates need not be waited for: the emulator learns them from the connectivity checks.
 *
 * @throws TransportError; the peer is closed then
 */
export async function openMediaSession(
  presence: Presence,
  path: string,
  peer: RTCPeerConnection,
): Promise<MediaSession> {
  try {
    await peer.setLocalDescription();
    const text = peer.localDescription?.sdp ?? '';
    const response = await callEmulator(presence, 'POST', path, { type: 'application/sdp', text });
    await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    return { peer, close: () => closeSession(presence, peer, response.headers.get('location') ?? '') };
  } catch (error) {
    peer.close();
    if (error instanceof TransportError) throw error;
    throw new TransportError('unsupported', 'The browser and the emulator did not agree', { cause: error });
  }
}

/** When the presence ends, the emulator ends its side of all sessions by itself. */
function closeSession(presence: Presence, peer: RTCPeerConnection, path: string): void {
  for (const { receiver } of peer.getTransceivers()) receiver.track.stop();
  peer.close();
  if (presence.ending.signal.aborted) return;
  // The emulator may have ended it before. If it did not hear of this, it notices that nothing comes any more.
  callEmulator(presence, 'DELETE', path).catch(() => {});
}
