import type { UserId } from '@stagedoor/client';
import type { ComponentChildren } from 'preact';
import { Button } from '../parts/button.tsx';
import { useSignedIn } from '../signed-in.ts';
import { tileOfOwnMedia, tilesOfOthers } from './tiles.ts';
import type { OwnMedia } from './use-own-media.ts';
import { useSound } from './use-sound.ts';
import type { StageStay } from './use-stage-session.ts';
import { type Tile, VideoTile } from './video-tile.tsx';

export interface StageGridProps {
  readonly stay: StageStay;
  readonly own: OwnMedia;
  readonly ownerId: UserId;
  /** Beside the tiles, in a place like theirs. */
  readonly children: ComponentChildren;
}

/** Everybody who is on the stage, the viewer's own picture among them. */
export function StageGrid({ stay, own, ownerId, children }: StageGridProps) {
  const { userId } = useSignedIn();
  const sound = useSound();
  const tiles = [...tilesOfOthers(stay.present?.participants ?? [], ownerId, userId), ...ownTiles(own)];
  const count = tiles.length + (children ? 1 : 0);
  return (
    <section class="stage" aria-label="Stage">
      <div class={`stage-grid stage-grid-${columnsFor(count)} ${count > 2 ? 'stage-grid-pairs' : ''}`}>
        {tiles.map((tile) => (
          <VideoTile key={tile.key} tile={tile} sound={sound} />
        ))}
        {children && <div class="stage-slot">{children}</div>}
      </div>
      {sound.isBlocked && (
        <div class="stage-sound">
          <Button kind="primary" onClick={sound.turnOn}>
            Turn on sound
          </Button>
        </div>
      )}
    </section>
  );
}

function ownTiles({ media, isPublished, share }: OwnMedia): Tile[] {
  const screen = share.session?.published ?? null;
  return [
    ...(media === null ? [] : [tileOfOwnMedia(media, isPublished ? undefined : 'Preview')]),
    ...(screen === null ? [] : [tileOfOwnMedia(screen)]),
  ];
}

/** On a wide page, for the 12 publishers that a stage has at most, and a screen of one's own. */
function columnsFor(count: number): number {
  if (count === 1) return 1;
  if (count <= 4) return 2;
  return count <= 9 ? 3 : 4;
}
