import { TransportError } from '../transport.ts';
import { callEmulator } from './call-emulator.ts';
import type { Stay } from './stay.ts';

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
export async function openMediaSession(stay: Stay, path: string, peer: RTCPeerConnection): Promise<MediaSession> {
  try {
    await peer.setLocalDescription();
    const text = peer.localDescription?.sdp ?? '';
    const response = await callEmulator(stay, 'POST', path, { type: 'application/sdp', text });
    await peer.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    return { peer, close: () => closeSession(stay, peer, response.headers.get('location') ?? '') };
  } catch (error) {
    peer.close();
    if (error instanceof TransportError) throw error;
    throw new TransportError('unsupported', 'The browser and the emulator did not agree', { cause: error });
  }
}

/** The end of the stay ends the emulator's side of all sessions by itself. */
function closeSession(stay: Stay, peer: RTCPeerConnection, path: string): void {
  for (const { receiver } of peer.getTransceivers()) receiver.track.stop();
  peer.close();
  if (stay.ending.signal.aborted) return;
  // The emulator may have ended it before. If it did not hear of this, it notices that nothing comes any more.
  callEmulator(stay, 'DELETE', path).catch(() => {});
}
