import type { StageSession } from '@stagedoor/client';
import { Button } from '../parts/button.tsx';
import { ErrorNotice } from '../parts/notice.tsx';
import { useAction } from '../parts/use-action.ts';
import { DeviceMenus } from './device-menus.tsx';
import { MediaControls } from './media-controls.tsx';
import { publishableKinds } from './publishable-kinds.ts';
import { ScreenShareButton } from './screen-share-button.tsx';
import { TurnOn } from './turn-on.tsx';
import type { OwnMedia } from './use-own-media.ts';

export interface GuestControlsProps {
  readonly session: StageSession;
  readonly own: OwnMedia;
}

/** For a guest who is on the stage. */
export function GuestControls({ session, own }: GuestControlsProps) {
  const leave = useAction(() => {
    const leaving = session.unpublish();
    // What was about to be turned on as well.
    own.camera.close();
    return leaving;
  });
  return (
    <section class="stack" aria-label="Your place on stage">
      <div class="stage-controls">
        <MediaControls own={own} />
        {session.capabilities.includes('PUBLISH_VIDEO') && <ScreenShareButton share={own.share} session={session} />}
        <Button kind="danger" isPending={leave.isPending} onClick={leave.run}>
          Leave the stage
        </Button>
      </div>
      <ErrorNotice error={leave.error} />
      <TurnOn own={own} kinds={publishableKinds(session)} />
      {own.media !== null && <DeviceMenus media={own.media} />}
    </section>
  );
}
