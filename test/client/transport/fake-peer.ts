interface Transceiver {
  currentDirection: string | null;
  readonly sender: { track: MediaStreamTrack | null; replaceTrack(track: MediaStreamTrack | null): Promise<void> };
  readonly receiver: { readonly track: { readonly kind: string; readyState: string; stop(): void } };
}

/** A peer connection that is connected as soon as it is answered. Its offer says what it is for. */
class FakePeer extends EventTarget {
  connectionState = 'new';
  readonly transceivers: Transceiver[] = [];
  localDescription: { readonly sdp: string } | null = null;
  readonly #takesAnswers: () => boolean;

  constructor(takesAnswers: () => boolean) {
    super();
    this.#takesAnswers = takesAnswers;
  }

  addTransceiver(trackOrKind: MediaStreamTrack | string): Transceiver {
    const [track, kind] = typeof trackOrKind === 'string' ? [null, trackOrKind] : [trackOrKind, trackOrKind.kind];
    const received = { kind, readyState: 'live', stop: () => Object.assign(received, { readyState: 'ended' }) };
    const sender: Transceiver['sender'] = {
      track,
      replaceTrack: async (other) => {
        sender.track = other;
      },
    };
    const transceiver = { currentDirection: null, sender, receiver: { track: received } };
    this.transceivers.push(transceiver);
    return transceiver;
  }

  getTransceivers(): Transceiver[] {
    return this.transceivers;
  }

  async setLocalDescription(): Promise<void> {
    this.localDescription = { sdp: this.transceivers.map(({ receiver }) => receiver.track.kind).join() };
  }

  async setRemoteDescription(): Promise<void> {
    if (!this.#takesAnswers()) throw new DOMException('for the test', 'InvalidAccessError');
    for (const each of this.transceivers) each.currentDirection = each.sender.track ? 'sendonly' : 'recvonly';
    this.change('connected');
  }

  change(state: string): void {
    this.connectionState = state;
    this.dispatchEvent(new Event('connectionstatechange'));
  }

  close(): void {
    this.connectionState = 'closed';
  }
}

/** All peers that were made are in `peers`, oldest first. */
export function createFakePeers() {
  const peers: FakePeer[] = [];
  let takesAnswers = true;
  const createPeer = () => {
    const peer = new FakePeer(() => takesAnswers);
    peers.push(peer);
    return peer as unknown as RTCPeerConnection;
  };
  const refuseAnswers = () => {
    takesAnswers = false;
  };
  return { peers, createPeer, refuseAnswers };
}
