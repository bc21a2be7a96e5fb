import type { MediaKind } from '../transport.ts';
import { callEmulator } from './call-emulator.ts';
import type { Presence } from './presence.ts';

/** Tells the stage what is muted, one call at a time, so that the last word is the last one to arrive. */
export function createMuteTeller(presence: Presence) {
  let muted: Readonly<Record<MediaKind, boolean>> = { audio: false, video: false };
  let told = muted;
  let telling: Promise<void> | undefined;

  async function tell(): Promise<void> {
    while (muted !== told && !presence.ending.signal.aborted) {
      told = muted;
      const call = { type: 'application/json', text: JSON.stringify(muted) } as const;
      // Muting is for show. It fails for those only who are not on the stage any more.
      await callEmulator(presence, 'POST', '/live/mute', call).catch(() => {});
    }
    telling = undefined;
  }

  return {
    setMuted(kind: MediaKind, isMuted: boolean): void {
      if (muted[kind] === isMuted) return;
      muted = { ...muted, [kind]: isMuted };
      telling ??= tell();
    },
    /** Resolves when everybody has been told. */
    told: () => telling ?? Promise.resolve(),
  };
}
