import type { LocalMedia, MediaKind, StageSession } from '@stagedoor/client';
import { trackOf } from './tiles.ts';
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
  /** Kinds that are off, of these. */
  lacks(kinds: readonly MediaKind[]): readonly MediaKind[];
  /** Turns these on in place of what is on; on a stage, they are seen and heard there. */
  turnOn(kinds: readonly MediaKind[]): Promise<void>;
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
    lacks: (kinds) => kinds.filter((kind) => media === null || trackOf(media, kind) === null),
    async turnOn(kinds) {
      const opened = await camera.open(kinds);
      if (opened === null || media === null) return;
      for (const { kind } of media.tracks) opened.setMuted(kind as MediaKind, media.isMuted(kind as MediaKind));
      // A session stops by itself what it had before.
      if (present !== null && present.published === media) await publishOn(present, opened);
      else media.stop();
    },
    async publish(join, kinds) {
      const opened = camera.media ?? (await camera.open(kinds));
      if (opened !== null) await publishOn(present ?? join(), opened);
    },
  };
}

async function publishOn(session: StageSession, media: LocalMedia): Promise<void> {
  await session.publish(media).catch((error: unknown) => {
    // Why a session ended is told where the session is.
    if (session.state.name !== 'failed' && session.state.name !== 'left') throw error;
  });
}
