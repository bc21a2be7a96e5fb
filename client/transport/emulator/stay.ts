/** What all of a participant's stay on a stage is made with. */
export interface Stay {
  readonly url: string;
  /** The latest one: an exchange replaces it. */
  token: string;
  /** Aborted when the stay ends. It ends requests, which ends the stay and all its sessions at the emulator too. */
  readonly ending: AbortController;
  readonly createPeer: () => RTCPeerConnection;
  /** Rejects when the stay ends. */
  readonly delay: (delayMs: number) => Promise<void>;
}
