import { useState } from 'preact/hooks';
import { ActionForm } from '../parts/action-form.tsx';
import { useAction } from '../parts/use-action.ts';
import { CodeField } from './code-field.tsx';
import type { SignInStep } from './cognito-account.ts';
import { PasswordField } from './password-field.tsx';

interface ChallengeFormProps {
  readonly step: Exclude<SignInStep, { name: 'signed-in' }>;
  readonly onStep: (step: SignInStep) => void;
}

/** What Cognito wants beside the password. */
export function ChallengeForm({ step, onStep }: ChallengeFormProps) {
  const [answer, setAnswer] = useState('');
  const answering = useAction(async () => onStep(await step.answer(answer)));
  return (
    <ActionForm action={answering} submit="Go on" isWide>
      {step.name === 'code-wanted' ? (
        <CodeField value={answer} onValue={setAnswer} />
      ) : (
        <PasswordField label="New password" value={answer} onValue={setAnswer} />
      )}
    </ActionForm>
  );
}
