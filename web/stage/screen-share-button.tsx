import type { StageSession } from '@stagedoor/client';
import { explainFailure } from '../explain-error.ts';
import { Button } from '../parts/button.tsx';
import { ErrorNotice, Notice } from '../parts/notice.tsx';
import type { ScreenShare } from './use-screen-share.ts';

/** Phones share no screens: there is no button then. */
export function ScreenShareButton({ share, session }: { readonly share: ScreenShare; readonly session: StageSession }) {
  if (!('getDisplayMedia' in (navigator.mediaDevices ?? {}))) return null;
  if (share.session !== null) return <Button onClick={share.stop}>Stop sharing</Button>;
  return (
    <Button isPending={share.isOpening} onClick={() => share.start(session)}>
      Share screen
    </Button>
  );
}

export function ScreenShareTrouble({ share: { error, failure } }: { readonly share: ScreenShare }) {
  return (
    <>
      <ErrorNotice error={error} />
      {failure !== null && (
        <Notice kind="error" title="Your screen is not shared any more">
          <p>{explainFailure(failure).text}</p>
        </Notice>
      )}
    </>
  );
}
