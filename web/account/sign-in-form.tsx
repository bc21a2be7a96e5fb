import { useState } from 'preact/hooks';
import type { PageConfig } from '../page-config.ts';
import { ActionForm } from '../parts/action-form.tsx';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { useAction } from '../parts/use-action.ts';
import type { CognitoAccount, SignInStep } from './cognito-account.ts';
import type { Credentials } from './credentials.ts';

interface SignInFormProps {
  readonly config: PageConfig;
  readonly account: CognitoAccount;
  readonly onStep: (step: SignInStep) => void;
  readonly onUnconfirmed: (credentials: Credentials) => void;
}

export function SignInForm({ config, account, onStep, onUnconfirmed }: SignInFormProps) {
  const [userName, setUserName] = useState('');
  const [password, setPassword] = useState('');
  const signingIn = useAction(async () => {
    try {
      onStep(await account.signIn(userName.trim(), password));
    } catch (error) {
      if (!isUnconfirmed(error)) throw error;
      onUnconfirmed({ userName: userName.trim(), password });
    }
  });
  const fillIn = (demoUser: string, demoPassword: string) => {
    setUserName(demoUser);
    setPassword(demoPassword);
  };
  return (
    <>
      {config.local && <DemoUsers local={config.local} onChoose={fillIn} />}
      <ActionForm action={signingIn} submit="Sign in" isWide>
        <Field
          label="User name"
          value={userName}
          onValue={setUserName}
          input={{ autocomplete: 'username', autocapitalize: 'none', spellcheck: false, required: true }}
        />
        <Field
          label="Password"
          value={password}
          onValue={setPassword}
          input={{ type: 'password', autocomplete: 'current-password', required: true }}
        />
        <p class="field-hint" role="status">
          {signingIn.isPending && 'One moment: your browser proves the password without sending it.'}
        </p>
      </ActionForm>
    </>
  );
}

function isUnconfirmed(error: unknown): boolean {
  return error instanceof Error && error.name === 'UserNotConfirmedException';
}

interface DemoUsersProps {
  readonly local: NonNullable<PageConfig['local']>;
  readonly onChoose: (userName: string, password: string) => void;
}

function DemoUsers({ local: { demoUsers, demoPassword }, onChoose }: DemoUsersProps) {
  return (
    <section class="notice" aria-label="Demo users">
      <p>This is a local run. Fill in one of its users:</p>
      <div class="row">
        {demoUsers.map((name) => (
          <Button key={name} onClick={() => onChoose(name, demoPassword)}>
            {name}
          </Button>
        ))}
      </div>
    </section>
  );
}
