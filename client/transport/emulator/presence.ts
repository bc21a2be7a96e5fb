/** That a participant is on a stage, and what all of it is made with. */
export interface Presence {
  readonly url: string;
  /** The latest one: an exchange replaces it. */
  token: string;
  /** Aborted at the end. It ends requests, which ends the presence and all its sessions at the emulator too. */
  readonly ending: AbortController;
  readonly createPeer: () => RTCPeerConnection;
  /** Rejects at the end. */
  readonly delay: (delayMs: number) => Promise<void>;
}
