import type { Visibility } from '@stagedoor/client';
import { useState } from 'preact/hooks';
import { ErrorNotice } from '../parts/notice.tsx';
import { Loading } from '../parts/spinner.tsx';
import { useAction } from '../parts/use-action.ts';
import { useLoaded } from '../parts/use-loaded.ts';
import { useSignedIn } from '../signed-in.ts';
import { Section } from './section.tsx';

export function VisibilitySection() {
  const { api } = useSignedIn();
  const stage = useLoaded((signal) => api.getMyStage({ signal }));
  const [wanted, setWanted] = useState<Visibility>('public');
  const changing = useAction(async (visibility: Visibility) => {
    setWanted(visibility);
    await api.changeMyStage({ visibility });
    await stage.reload();
  });
  return (
    <Section title="Visibility" intro="Who may watch when you are live.">
      <ErrorNotice error={stage.error} onRetry={stage.reload} />
      {stage.value === undefined && stage.error === null && <Loading what="Loading…" />}
      {stage.value && <Choices chosen={changing.isPending ? wanted : stage.value.visibility} onChoose={changing.run} />}
      <ErrorNotice error={changing.error} />
      <p class="field-hint" role="status">
        {changing.isPending && 'Saving…'}
        {changing.state === 'done' && 'Saved.'}
      </p>
    </Section>
  );
}

interface ChoicesProps {
  readonly chosen: Visibility;
  readonly onChoose: (visibility: Visibility) => unknown;
}

function Choices({ chosen, onChoose }: ChoicesProps) {
  return (
    <fieldset class="choices">
      <legend class="visually-hidden">Visibility</legend>
      {CHOICES.map(({ value, text, hint }) => (
        <label key={value} class="choice">
          <input
            type="radio"
            name="visibility"
            value={value}
            checked={chosen === value}
            onChange={() => onChoose(value)}
          />
          <span>{text}</span>
          <span class="field-hint">{hint}</span>
        </label>
      ))}
    </fieldset>
  );
}

const CHOICES: readonly { readonly value: Visibility; readonly text: string; readonly hint: string }[] = [
  { value: 'public', text: 'Public', hint: 'Everybody who is signed in may watch, and finds you under “Live now”.' },
  {
    value: 'invited',
    text: 'Invited people only',
    hint: 'Only your guests and moderators know of your stage. Others who watch now are disconnected.',
  },
];
