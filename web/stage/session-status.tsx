import type { SessionState } from '@stagedoor/client';

/** The session's state in words; stays in the page, so that changes are read out. */
export function SessionStatus({ state, whenLive }: { readonly state: SessionState | null; readonly whenLive: string }) {
  return (
    <p class="session-status" role="status" data-state={state?.name}>
      {state && inWords(state, whenLive)}
    </p>
  );
}

function inWords(state: SessionState, whenLive: string): string {
  switch (state.name) {
    case 'idle':
      return 'Joining…';
    case 'joining':
      return state.attempt === 1 ? 'Joining…' : `Joining… (attempt ${state.attempt})`;
    case 'live':
      return whenLive;
    case 'reconnecting':
      return `The connection was lost. Reconnecting… (attempt ${state.attempt})`;
    case 'left':
      return 'You have left the stage.';
    case 'failed':
      return '';
  }
}
