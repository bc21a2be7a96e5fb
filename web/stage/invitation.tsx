import type { MediaKind, StageSession } from '@stagedoor/client';
import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { ErrorNotice, Notice } from '../parts/notice.tsx';
import { type Action, useAction } from '../parts/use-action.ts';
import { DeviceMenus } from './device-menus.tsx';
import { MediaControls } from './media-controls.tsx';
import { publishableKinds } from './publishable-kinds.ts';
import { TurnOn } from './turn-on.tsx';
import type { OwnMedia } from './use-own-media.ts';

export interface InvitationProps {
  readonly session: StageSession;
  readonly own: OwnMedia;
  readonly hostName: string;
}

/** For who was invited on somebody else's stage. Nothing for a viewer who never was. */
export function Invitation({ session, own, hostName }: InvitationProps) {
  const isGuest = session.role === 'guest';
  const wasInvited = useRef(false);
  wasInvited.current ||= isGuest;
  const kinds = publishableKinds(session);
  // Here, not where its button is, which goes away at once: a refusal comes later.
  const comeOn = useAction(() => own.publish(() => session, kinds));
  useClosingWithRights(isGuest, kinds, own);
  const wasOnStage = useRef(false);
  if (isGuest) wasOnStage.current = own.isPublished;
  if (!wasInvited.current) return null;
  if (!isGuest) {
    return (
      <Notice title={wasOnStage.current ? `${hostName} took you off the stage` : 'Your invitation has ended'}>
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

/** What is on before a guest comes on stage, or about to be turned on, ends with the right to show any of it. */
function useClosingWithRights(isGuest: boolean, kinds: readonly MediaKind[], own: OwnMedia): void {
  const before = useRef(kinds);
  useEffect(() => {
    const hasLost = before.current.some((kind) => !kinds.includes(kind));
    before.current = kinds;
    // On stage, the session turns off what it must.
    if (!isGuest || (hasLost && !own.isPublished)) own.camera.close();
  });
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
      <TurnOn own={own} kinds={kinds} />
      {own.media !== null && <DeviceMenus media={own.media} />}
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
