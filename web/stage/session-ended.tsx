import type { FailureReason } from '@stagedoor/client';
import { explainFailure } from '../explain-error.ts';
import { Button } from '../parts/button.tsx';
import { Notice } from '../parts/notice.tsx';
import { directoryHref } from '../route.ts';
import { useSignedIn } from '../signed-in.ts';

export interface SessionEndedProps {
  readonly reason: FailureReason;
  readonly onAgain: () => unknown;
}

/** Why a session failed, and what to do about it. */
export function SessionEnded({ reason, onAgain }: SessionEndedProps) {
  const { signOut } = useSignedIn();
  const { title, text, canRetry } = explainFailure(reason);
  return (
    <Notice kind="error" title={title}>
      <p>{text}</p>
      <div class="row">
        {canRetry && <Button onClick={onAgain}>{wasPutOut.has(reason) ? 'Join again' : 'Try again'}</Button>}
        {reason === 'signed-out' && <Button onClick={signOut}>Sign in again</Button>}
        <a class="button" href={directoryHref}>
          See who is live
        </a>
      </div>
    </Notice>
  );
}

const wasPutOut: ReadonlySet<FailureReason> = new Set(['kicked', 'rights-ended', 'replaced']);
