import nodeDataChannel, { type PeerConnection, type Track } from 'node-datachannel';
import { BadOffer } from './sdp-offer.ts';

export interface PeerSessionOptions {
  readonly bindAddress: string;
  /** How long a session may take to connect. */
  readonly connectWithinMs: number;
  /** How long a connected publisher may send nothing at all. */
  readonly idleMs: number;
  /** How often both are checked, and publishers are sent reports. */
  readonly sweepMs: number;
}

/** One WebRTC connection with a client. */
export interface PeerSession {
  readonly connection: PeerConnection;
  /** Resolves with the whole answer, candidates included; throws BadOffer. */
  answer(offer: string): Promise<string>;
  /** Runs every `sweepMs`, with how long the session has been connected, or undefined while it is not. */
  onSweep(sweep: () => void): void;
  readonly isConnected: boolean;
  /** Every track with a callback must be handed over: one that is not closed before its connection is never freed. */
  own(track: Track): void;
  onClose(cleanUp: () => void): void;
  /** May be called twice; the first reason counts. */
  close(reason: string): void;
}

export function openPeerSession(
  name: string,
  { bindAddress, connectWithinMs, sweepMs }: PeerSessionOptions,
  onClosed: (reason: string) => void,
): PeerSession {
  const connection = new nodeDataChannel.PeerConnection(name, {
    iceServers: [],
    bindAddress,
    disableAutoNegotiation: true,
  });
  const tracks: Track[] = [];
  const cleanUps: (() => void)[] = [];
  const sweeps: (() => void)[] = [];
  let isConnected = false;
  let isClosed = false;

  const connectTimer = setTimeout(() => close('It did not connect in time'), connectWithinMs);
  const sweepTimer = setInterval(() => {
    for (const sweep of sweeps) sweep();
  }, sweepMs);
  connection.onStateChange((state) => {
    if (state === 'connected') {
      isConnected = true;
      clearTimeout(connectTimer);
    }
    if (state === 'disconnected' || state === 'failed' || state === 'closed') close(`The connection is ${state}`);
  });

  function close(reason: string): void {
    if (isClosed) return;
    isClosed = true;
    clearTimeout(connectTimer);
    clearInterval(sweepTimer);
    for (const cleanUp of cleanUps) cleanUp();
    for (const track of tracks) track.close();
    connection.close();
    onClosed(reason);
  }

  return {
    connection,
    answer: (offer) => answerOffer(connection, offer),
    onSweep: (sweep) => void sweeps.push(sweep),
    get isConnected() {
      return isConnected;
    },
    own: (track) => void tracks.push(track),
    onClose: (cleanUp) => void cleanUps.push(cleanUp),
    close,
  };
}

async function answerOffer(connection: PeerConnection, offer: string): Promise<string> {
  const gathered = Promise.withResolvers<void>();
  connection.onGatheringStateChange((state) => {
    if (state === 'complete') gathered.resolve();
  });
  try {
    connection.setRemoteDescription(offer, 'offer');
    connection.setLocalDescription('answer');
  } catch (error) {
    throw new BadOffer(error instanceof Error ? error.message : String(error));
  }
  await gathered.promise;
  const answer = connection.localDescription();
  if (!answer) throw new BadOffer('The offer has no answer');
  return answer.sdp;
}
