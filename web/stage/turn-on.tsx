import type { MediaKind } from '@stagedoor/client';
import { Button } from '../parts/button.tsx';
import { ErrorNotice } from '../parts/notice.tsx';
import { useAction } from '../parts/use-action.ts';
import { CameraSwitch, turnOnText } from './camera-switch.tsx';
import type { OwnMedia } from './use-own-media.ts';

/** For a guest: an invitation may come to allow more than what is on, and that is theirs to turn on too. */
export function TurnOn({ own, kinds }: { readonly own: OwnMedia; readonly kinds: readonly MediaKind[] }) {
  const turningOn = useAction(() => own.turnOn(kinds));
  const lacking = own.lacks(kinds);
  if (own.media === null) return <CameraSwitch camera={own.camera} kinds={kinds} />;
  if (lacking.length === 0) return null;
  return (
    <div class="camera-switch">
      <ErrorNotice error={turningOn.error ?? own.camera.error} />
      <Button isPending={turningOn.isPending || own.camera.isOpening} onClick={turningOn.run}>
        {turnOnText(lacking)}
      </Button>
    </div>
  );
}
