import { Button } from '../parts/button.tsx';
import { trackOf } from './tiles.ts';
import type { OwnMedia } from './use-own-media.ts';

const words = {
  audio: { mute: 'Mute microphone', unmute: 'Unmute microphone' },
  video: { mute: 'Turn off camera', unmute: 'Turn on camera' },
} as const;

/** What the buttons say is what they do, so they are no switches with a state of their own. */
export function MediaControls({ own: { media, setMuted } }: { readonly own: OwnMedia }) {
  if (media === null) return null;
  const kinds = (['audio', 'video'] as const).filter((kind) => trackOf(media, kind) !== null);
  return (
    <>
      {kinds.map((kind) => {
        const isMuted = media.isMuted(kind);
        return (
          <Button key={kind} onClick={() => setMuted(kind, !isMuted)}>
            {isMuted ? words[kind].unmute : words[kind].mute}
          </Button>
        );
      })}
    </>
  );
}
