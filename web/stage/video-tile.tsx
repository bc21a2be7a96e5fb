import { useEffect, useRef } from 'preact/hooks';
import { type Sound, usePlayed } from './use-sound.ts';

/** What a tile shows of one publisher. */
export interface Tile {
  readonly key: string;
  /** Also the name of the figure. */
  readonly name: string;
  readonly badge?: string | undefined;
  readonly video: MediaStreamTrack | null;
  /** Null also of one's own media: nobody wants to hear themselves. */
  readonly audio: MediaStreamTrack | null;
  readonly audioMuted: boolean;
  readonly videoMuted: boolean;
  /** One's own camera, as in a mirror. */
  readonly isMirrored?: boolean;
  /** A screen: shown whole instead of filling the tile. */
  readonly isScreen?: boolean;
}

export function VideoTile({ tile, sound }: { readonly tile: Tile; readonly sound: Sound }) {
  usePlayed(tile.audio, sound);
  const showsVideo = tile.video !== null && !tile.videoMuted;
  return (
    <figure class={tileClasses(tile)} aria-label={tile.name}>
      {showsVideo ? <Picture track={tile.video} /> : <Initials name={tile.name} />}
      <figcaption class="tile-caption">
        <span class="tile-name">{tile.name}</span>
        {tile.badge && <span class="tile-badge">{tile.badge}</span>}
        {tile.audioMuted && <MutedMark />}
      </figcaption>
    </figure>
  );
}

function tileClasses({ isMirrored, isScreen }: Tile): string {
  return ['tile', isMirrored && 'tile-mirrored', isScreen && 'tile-screen'].filter(Boolean).join(' ');
}

/** Without its sound, which is played apart: a muted video may always start by itself. */
function Picture({ track }: { readonly track: MediaStreamTrack | null }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (element === null || track === null) return;
    element.srcObject = new MediaStream([track]);
    return () => {
      element.srcObject = null;
    };
  }, [track]);
  return <video class="tile-picture" ref={video} autoplay playsInline muted />;
}

function Initials({ name }: { readonly name: string }) {
  const initials = name
    .split(/\s+/)
    .map((word) => [...word][0] ?? '')
    .slice(0, 2)
    .join('');
  return (
    <span class="tile-initials" aria-hidden="true">
      {initials.toUpperCase()}
    </span>
  );
}

function MutedMark() {
  return (
    <span class="tile-muted">
      <svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true">
        <path
          d="M9 6a3 3 0 0 1 6 0v6M9 9v3a3 3 0 0 0 4 2.8M5 11a7 7 0 0 0 11 5.7M19 11a7 7 0 0 1-.4 2.3M12 18v3M4 4l16 16"
          fill="none"
          stroke="currentColor"
          stroke-width="2"
          stroke-linecap="round"
        />
      </svg>
      <span class="visually-hidden">Microphone muted</span>
    </span>
  );
}
