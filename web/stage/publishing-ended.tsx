import { Notice } from '../parts/notice.tsx';
import type { StageStay } from './use-stage-session.ts';

const texts = {
  stopped: 'The camera or microphone was switched off or unplugged.',
  'stage-full': 'As many people are on stage as fit. Try again as soon as somebody leaves.',
  failed: 'The stage could not take your camera or microphone any more. Check your connection, then go on stage again.',
} as const;

/** Why one is not on stage any more, while the session goes on. A right that ended is told by whoever knows the role. */
export function PublishingEnded({ stay: { present, publishingEnded } }: { readonly stay: StageStay }) {
  if (present === null || publishingEnded === null || publishingEnded === 'rights-ended') return null;
  return (
    <Notice title="You are not on stage any more">
      <p>{texts[publishingEnded]}</p>
    </Notice>
  );
}
