import { useState } from 'preact/hooks';
import { ActionForm } from '../parts/action-form.tsx';
import { Button } from '../parts/button.tsx';
import { ErrorNotice, Notice } from '../parts/notice.tsx';
import { useAction } from '../parts/use-action.ts';
import { CodeField } from './code-field.tsx';
import type { CognitoAccount, SignInStep } from './cognito-account.ts';
import type { Credentials } from './credentials.ts';

interface ConfirmFormProps {
  readonly account: CognitoAccount;
  readonly credentials: Credentials;
  readonly onStep: (step: SignInStep) => void;
}

export function ConfirmForm({ account, credentials: { userName, password }, onStep }: ConfirmFormProps) {
  const [code, setCode] = useState('');
  const [isConfirmed, setConfirmed] = useState(false);
  const confirming = useAction(async () => {
    // Cognito takes a code once: when only the sign-in has failed, that alone is tried again.
    if (!isConfirmed) await account.confirm(userName, code.trim());
    setConfirmed(true);
    onStep(await account.signIn(userName, password));
  });
  return (
    <>
      <ActionForm action={confirming} submit="Confirm and sign in" isWide>
        <CodeField value={code} onValue={setCode} />
      </ActionForm>
      <ResendCode account={account} userName={userName} />
    </>
  );
}

function ResendCode({ account, userName }: { readonly account: CognitoAccount; readonly userName: string }) {
  const resending = useAction(() => account.resendCode(userName));
  return (
    <>
      <ErrorNotice error={resending.error} />
      {resending.state === 'done' && <Notice kind="success">A new code is on its way.</Notice>}
      <Button isWide isPending={resending.isPending} onClick={resending.run}>
        Send a new code
      </Button>
    </>
  );
}
