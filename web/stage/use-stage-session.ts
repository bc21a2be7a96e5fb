import { joinStage, type LocalMedia, type SessionEvents, type StageSession, type UserId } from '@stagedoor/client';
import { useCallback, useEffect, useReducer, useRef } from 'preact/hooks';
import { useSignedIn } from '../signed-in.ts';

export type PublishingEnd = NonNullable<Parameters<SessionEvents['published']>[1]>;

/** The one session that a view has at a time. */
export interface StageStay {
  /** Also after its end, which its state tells; null before the first and after `forget`. */
  readonly session: StageSession | null;
  /** The same, until its end. */
  readonly present: StageSession | null;
  /** Of the session's last `published` event, if nobody here asked for it. */
  readonly publishingEnded: PublishingEnd | null;
  /** Leaves the session of before. */
  join(ownerId: UserId): StageSession;
  /** Leaves, and there is no session any more. */
  forget(): void;
}

/** Shows the view anew with each change of the session, and leaves it when the view or the page goes away. */
export function useStageSession(): StageStay {
  const { api, transport } = useSignedIn();
  const [, showAnew] = useReducer((count: number, _event: unknown) => count + 1, 0);
  const current = useRef<StageSession | null>(null);
  const publishingEnded = useRef<StageStay['publishingEnded']>(null);

  const forget = useCallback(() => {
    void current.current?.leave();
    current.current = null;
    publishingEnded.current = null;
    showAnew(null);
  }, []);

  const join = useCallback(
    (ownerId: UserId) => {
      forget();
      const session = joinStage(transport === undefined ? { api, ownerId } : { api, ownerId, transport });
      current.current = session;
      session.on('state', showAnew);
      session.on('participants', showAnew);
      session.on('rights', showAnew);
      session.on('published', (_media: LocalMedia | null, reason) => {
        if (current.current === session) publishingEnded.current = reason ?? null;
        showAnew(null);
      });
      session.on('trouble', (error) => console.warn('stage session:', error));
      return session;
    },
    [api, transport, forget],
  );

  useLeaving(current);
  const session = current.current;
  return { session, present: isOver(session) ? null : session, publishingEnded: publishingEnded.current, join, forget };
}

function useLeaving(current: { readonly current: StageSession | null }): void {
  useEffect(() => {
    const leave = () => void current.current?.leave();
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
    };
  }, [current]);
}

function isOver(session: StageSession | null): boolean {
  return session?.state.name === 'left' || session?.state.name === 'failed';
}
