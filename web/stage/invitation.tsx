import type { MediaKind, StageSession } from '@stagedoor/client';
import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { ErrorNotice, Notice } from '../parts/notice.tsx';
import { type Action, useAction } from '../parts/use-action.ts';
import { CameraSwitch } from './camera-switch.tsx';
import { DeviceMenus } from './device-menus.tsx';
import { MediaControls } from './media-controls.tsx';
import type { OwnMedia } from './use-own-media.ts';
import type { StageStay } from './use-stage-session.ts';

export interface InvitationProps {
  readonly stay: StageStay;
  readonly session: StageSession;
  readonly own: OwnMedia;
  readonly hostName: string;
}

/** For who was invited on somebody else's stage. Nothing for a viewer who never was. */
export function Invitation({ stay, session, own, hostName }: InvitationProps) {
  const isGuest = session.role === 'guest';
  const wasInvited = useRef(false);
  wasInvited.current ||= isGuest;
  const kinds = publishableKinds(session);
  // Here, not where its button is, which goes away at once: a refusal comes later.
  const comeOn = useAction(() => own.publish(() => session, kinds));
  const { close } = own.camera;
  useEffect(() => {
    if (!isGuest) close();
  }, [isGuest, close]);
  if (!wasInvited.current) return null;
  if (!isGuest) {
    const wasOnStage = stay.publishingEnded === 'rights-ended';
    return (
      <Notice title={wasOnStage ? `${hostName} took you off the stage` : 'Your invitation has ended'}>
        <p>You are watching again.</p>
      </Notice>
    );
  }
  if (kinds.length === 0) {
    return (
      <Notice title={`${hostName} invited you on stage`}>
        <p>The stage is full at the moment. You can come on it as soon as somebody leaves.</p>
      </Notice>
    );
  }
  return own.isPublished ? null : <ComeOnStage own={own} kinds={kinds} comeOn={comeOn} hostName={hostName} />;
}

function publishableKinds({ capabilities }: StageSession): readonly MediaKind[] {
  const kinds: MediaKind[] = [];
  if (capabilities.includes('PUBLISH_VIDEO')) kinds.push('video');
  if (capabilities.includes('PUBLISH_AUDIO')) kinds.push('audio');
  return kinds;
}

interface ComeOnStageProps {
  readonly own: OwnMedia;
  readonly kinds: readonly MediaKind[];
  readonly comeOn: Action<[]>;
  readonly hostName: string;
}

function ComeOnStage({ own, kinds, comeOn, hostName }: ComeOnStageProps) {
  return (
    <section class="card" aria-label="Invitation">
      <Notice title={`${hostName} invited you on stage`}>
        <p>Nobody sees or hears you before you come on stage.</p>
      </Notice>
      {own.media === null ? <CameraSwitch camera={own.camera} kinds={kinds} /> : <DeviceMenus media={own.media} />}
      <div class="stage-controls">
        <Button kind="primary" isPending={comeOn.isPending} onClick={comeOn.run}>
          Come on stage
        </Button>
        <MediaControls own={own} />
        {own.media !== null && <Button onClick={own.camera.close}>Not now</Button>}
      </div>
      <ErrorNotice error={comeOn.error} />
    </section>
  );
}
