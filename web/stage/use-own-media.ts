import type { LocalMedia, MediaKind, StageSession } from '@stagedoor/client';
import { type Camera, useCamera } from './use-camera.ts';
import { type ScreenShare, useScreenShare } from './use-screen-share.ts';
import type { StageStay } from './use-stage-session.ts';

/** What the viewer shows, or is about to show, on a stage. */
export interface OwnMedia {
  readonly camera: Camera;
  readonly share: ScreenShare;
  /** What is published, or else previewed. */
  readonly media: LocalMedia | null;
  readonly isPublished: boolean;
  setMuted(kind: MediaKind, muted: boolean): void;
  /** Turns these on if nothing is on yet, joins if nobody has, and publishes. */
  publish(join: () => StageSession, kinds: readonly MediaKind[]): Promise<void>;
}

export function useOwnMedia({ present }: StageStay): OwnMedia {
  const camera = useCamera();
  const share = useScreenShare();
  const published = present?.published ?? null;
  const media = published ?? camera.media;
  return {
    camera,
    share,
    media,
    isPublished: published !== null,
    setMuted: (kind, muted) => (published === null ? media?.setMuted(kind, muted) : present?.setMuted(kind, muted)),
    async publish(join, kinds) {
      const opened = camera.media ?? (await camera.open(kinds));
      if (opened === null) return;
      const session = present ?? join();
      await session.publish(opened).catch((error: unknown) => {
        // Why a session ended is told where the session is.
        if (session.state.name !== 'failed' && session.state.name !== 'left') throw error;
      });
    },
  };
}
