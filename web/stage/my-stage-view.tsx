import type { MediaKind, UserStage } from '@stagedoor/client';
import { Button } from '../parts/button.tsx';
import { ErrorNotice } from '../parts/notice.tsx';
import { Loading } from '../parts/spinner.tsx';
import { useAction } from '../parts/use-action.ts';
import { useLoaded } from '../parts/use-loaded.ts';
import { View } from '../parts/view.tsx';
import { settingsHref } from '../route.ts';
import { useSignedIn } from '../signed-in.ts';
import { CameraSwitch } from './camera-switch.tsx';
import { DeviceMenus } from './device-menus.tsx';
import { CopyLinkButton } from './link-button.tsx';
import { MediaControls } from './media-controls.tsx';
import { OnAirTime } from './on-air-time.tsx';
import { PeoplePanel } from './people-panel.tsx';
import { PublishingEnded } from './publishing-ended.tsx';
import { ScreenShareButton, ScreenShareTrouble } from './screen-share-button.tsx';
import { SessionEnded } from './session-ended.tsx';
import { SessionStatus } from './session-status.tsx';
import { StageGrid } from './stage-grid.tsx';
import { useOwnMedia } from './use-own-media.ts';
import { type StageStay, useStageSession } from './use-stage-session.ts';
import './stage.css';

/** The signed-in user's own stage: to go live on, and to look after who is there. */
export function MyStageView() {
  const { api } = useSignedIn();
  const { value: stage, error, reload } = useLoaded((signal) => api.openMyStage({ signal }));
  return (
    <View title="My stage">
      <ErrorNotice error={error} onRetry={reload} />
      {stage === undefined && error === null && <Loading what="Your stage is being prepared…" />}
      {stage && <MyStage stage={stage} />}
    </View>
  );
}

const kinds: readonly MediaKind[] = ['video', 'audio'];

function MyStage({ stage }: { readonly stage: UserStage }) {
  const stay = useStageSession();
  const own = useOwnMedia(stay);
  const goLive = useAction(() => own.publish(() => stay.join(stage.ownerId), kinds));
  const state = stay.session?.state;
  return (
    <div class="stage-layout">
      <div class="stack">
        <StageGrid stay={stay} own={own} ownerId={stage.ownerId}>
          {own.media === null && (
            <>
              <CameraSwitch camera={own.camera} kinds={kinds} isMain />
              <p>Nobody sees or hears you before you go live.</p>
            </>
          )}
        </StageGrid>
        <LiveStatus stay={stay} isGoingLive={goLive.isPending} />
        <div class="stage-controls">
          {own.media !== null && !own.isPublished && (
            <Button kind="primary" isPending={goLive.isPending} onClick={goLive.run}>
              Go live
            </Button>
          )}
          <MediaControls own={own} />
          {stay.present !== null && <ScreenShareButton share={own.share} session={stay.present} />}
          {stay.present !== null && (
            <Button kind="danger" onClick={stay.forget}>
              End
            </Button>
          )}
        </div>
        {state?.name === 'failed' && <SessionEnded reason={state.reason} onAgain={goLive.run} />}
        <ErrorNotice error={goLive.error} onRetry={goLive.run} />
        <PublishingEnded stay={stay} />
        <ScreenShareTrouble share={own.share} />
        {own.media !== null && <DeviceMenus media={own.media} />}
      </div>
      <div class="stack">
        <PeoplePanel ownerId={stage.ownerId} onStage={stay.present?.participants ?? []} />
        <StageLinks stage={stage} />
      </div>
    </div>
  );
}

interface LiveStatusProps {
  readonly stay: StageStay;
  readonly isGoingLive: boolean;
}

function LiveStatus({ stay: { session, present }, isGoingLive }: LiveStatusProps) {
  // A session has its media before the stage has it.
  const isOnAir = present?.state.name === 'live' && present.published !== null && !isGoingLive;
  const whenOffAir = isGoingLive ? 'Going live…' : 'You are on your stage, but not on camera.';
  const whenLive = isOnAir ? 'You are live.' : whenOffAir;
  return (
    <div class="row">
      {isOnAir && <span class="badge badge-live">Live</span>}
      {isOnAir && <OnAirTime />}
      <SessionStatus state={session?.state ?? null} whenLive={whenLive} />
    </div>
  );
}

function StageLinks({ stage: { ownerId, visibility } }: { readonly stage: UserStage }) {
  return (
    <section class="card" aria-label="Share your stage">
      <h2>Share your stage</h2>
      <p>
        {visibility === 'public'
          ? 'Everybody who is signed in can watch.'
          : 'Only people whom you have invited can watch.'}
      </p>
      <CopyLinkButton ownerId={ownerId} />
      <a href={settingsHref}>Who may watch, guests and encoders</a>
    </section>
  );
}
