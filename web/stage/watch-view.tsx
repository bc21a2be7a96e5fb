import type { StageSession, StageSummary, UserId } from '@stagedoor/client';
import { useEffect, useRef } from 'preact/hooks';
import { explainFailure } from '../explain-error.ts';
import { Button } from '../parts/button.tsx';
import { ErrorNotice, Notice } from '../parts/notice.tsx';
import { Loading } from '../parts/spinner.tsx';
import { View } from '../parts/view.tsx';
import { myStageHref } from '../route.ts';
import { GuestControls } from './guest-controls.tsx';
import { Invitation } from './invitation.tsx';
import { ShareLinkButton } from './link-button.tsx';
import { PeoplePanel } from './people-panel.tsx';
import { PublishingEnded } from './publishing-ended.tsx';
import { ScreenShareTrouble } from './screen-share-button.tsx';
import { SessionEnded } from './session-ended.tsx';
import { SessionStatus } from './session-status.tsx';
import { StageGrid } from './stage-grid.tsx';
import { useOwnMedia } from './use-own-media.ts';
import { type StageStay, useStageSession } from './use-stage-session.ts';
import { useStageSummary } from './use-stage-summary.ts';
import './stage.css';

/** Somebody else's stage: to watch, and to come on when invited. Keyed by its owner: another stage is another view. */
export function WatchView({ ownerId }: { readonly ownerId: UserId }) {
  const stay = useStageSession();
  const { summary, error, forgetSummary, refresh } = useStageSummary(ownerId, stay.session === null);
  const join = () => stay.join(ownerId);
  const goBackToWaiting = () => {
    stay.forget();
    forgetSummary();
  };
  useEffect(() => {
    if (summary !== null && stay.session === null && mayJoin(summary)) join();
  });
  useLeavingWhenOver(stay, goBackToWaiting);

  const { session } = stay;
  return (
    <View title={summary?.displayName ?? 'Stage'}>
      {summary === null && error === null && <Loading what="Looking for the stage…" />}
      {session === null && <ErrorNotice error={error} onRetry={refresh} />}
      {summary !== null && session === null && <Waiting summary={summary} />}
      {session?.state.name === 'failed' && <SessionEnded reason={session.state.reason} onAgain={join} />}
      {session?.state.name === 'left' && <HasLeft onAgain={join} />}
      {summary !== null && stay.present !== null && <OnStage stay={stay} session={stay.present} summary={summary} />}
    </View>
  );
}

/** A guest also joins a stage that is not live, to be the first on it. */
function mayJoin({ live, role }: StageSummary): boolean {
  return role === 'guest' || (live && role !== 'host' && role !== null);
}

function Waiting({ summary: { ownerId, displayName, role, live } }: { readonly summary: StageSummary }) {
  if (role === null) {
    const { title, text } = explainFailure('banned');
    return (
      <Notice kind="error" title={title}>
        <p>{text}</p>
      </Notice>
    );
  }
  if (role === 'host') {
    return (
      <Notice title="This is your own stage">
        <p>
          Others watch it here. You find it at <a href={myStageHref}>My stage</a>.
        </p>
      </Notice>
    );
  }
  if (live) return null;
  return (
    <div class="empty">
      <p role="status">{displayName} is not live. This page starts by itself when they are.</p>
      <ShareLinkButton ownerId={ownerId} name={displayName} />
    </div>
  );
}

function HasLeft({ onAgain }: { readonly onAgain: () => unknown }) {
  return (
    <Notice title="You have left the stage">
      <Button onClick={onAgain}>Join again</Button>
    </Notice>
  );
}

interface OnStageProps {
  readonly stay: StageStay;
  readonly session: StageSession;
  readonly summary: StageSummary;
}

function OnStage({ stay, session, summary: { ownerId, displayName, role } }: OnStageProps) {
  const own = useOwnMedia(stay);
  const isEmpty = own.media === null && !isSomebodyOnStage(session);
  const isModerator = (session.role ?? role) === 'moderator';
  return (
    <div class={isModerator ? 'stage-layout' : 'stack'}>
      <div class="stack">
        <Invitation session={session} own={own} hostName={displayName} />
        <StageGrid stay={stay} own={own} ownerId={ownerId}>
          {isEmpty && <p>{session.state.name === 'live' ? 'Nobody is on stage right now.' : 'One moment…'}</p>}
        </StageGrid>
        <div class="row row-apart">
          <div class="row">
            {isSomebodyOnStage(session) && <span class="badge badge-live">Live</span>}
            <SessionStatus
              state={session.state}
              whenLive={own.isPublished ? 'You are on stage.' : 'You are watching.'}
            />
          </div>
          <ShareLinkButton ownerId={ownerId} name={displayName} />
        </div>
        {own.isPublished && <GuestControls session={session} own={own} />}
        <PublishingEnded stay={stay} />
        <ScreenShareTrouble share={own.share} />
      </div>
      {isModerator && <PeoplePanel ownerId={ownerId} onStage={session.participants} />}
    </div>
  );
}

function isSomebodyOnStage(session: StageSession): boolean {
  return session.participants.some((participant) => participant.isPublishing);
}

const overAfterMs = 15_000;

/** Being on a stage costs its operator money: who only watches does not stay when nobody has been on it for a while. */
function useLeavingWhenOver({ present }: StageStay, leave: () => void): void {
  const isQuiet = present?.state.name === 'live' && present.role !== 'guest' && !isSomebodyOnStage(present);
  const latest = useRef(leave);
  latest.current = leave;
  useEffect(() => {
    if (!isQuiet) return;
    const timer = setTimeout(() => latest.current(), overAfterMs);
    return () => clearTimeout(timer);
  }, [isQuiet]);
}
