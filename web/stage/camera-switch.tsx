import { MediaError, type MediaKind } from '@stagedoor/client';
import { Button } from '../parts/button.tsx';
import { ErrorNotice } from '../parts/notice.tsx';
import type { Camera } from './use-camera.ts';

export interface CameraSwitchProps {
  readonly camera: Camera;
  /** What there is to turn on; at least one. */
  readonly kinds: readonly MediaKind[];
  /** It is the one thing to do here. Default false. */
  readonly isMain?: boolean;
}

/** Nothing is turned on, and no permission asked for, without a click on this. */
export function CameraSwitch({ camera, kinds, isMain = false }: CameraSwitchProps) {
  const { error, isOpening, open } = camera;
  return (
    <div class="camera-switch">
      <ErrorNotice error={error} />
      <Button kind={isMain ? 'primary' : 'plain'} isPending={isOpening} onClick={() => open(kinds)}>
        {turnOnText(kinds)}
      </Button>
      {kinds.length === 2 && mayLackOne(error) && (
        <>
          <Button isPending={isOpening} onClick={() => open(['audio'])}>
            Use the microphone only
          </Button>
          <Button isPending={isOpening} onClick={() => open(['video'])}>
            Use the camera only
          </Button>
        </>
      )}
    </div>
  );
}

export function turnOnText(kinds: readonly MediaKind[]): string {
  return `Turn on ${kinds.toSorted().reverse().map(nameOf).join(' and ')}`;
}

function nameOf(kind: MediaKind): string {
  return kind === 'video' ? 'camera' : 'microphone';
}

/** A browser refuses both when one of them is missing, busy or not allowed. */
function mayLackOne(error: unknown): boolean {
  return error instanceof MediaError && error.code !== 'unsupported';
}
