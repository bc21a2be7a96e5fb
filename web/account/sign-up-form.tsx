import { useState } from 'preact/hooks';
import { ActionForm } from '../parts/action-form.tsx';
import { Field } from '../parts/field.tsx';
import { useAction } from '../parts/use-action.ts';
import type { CognitoAccount, SignInStep } from './cognito-account.ts';
import type { Credentials } from './credentials.ts';
import { PasswordField } from './password-field.tsx';

interface SignUpFormProps {
  readonly account: CognitoAccount;
  readonly onStep: (step: SignInStep) => void;
  readonly onUnconfirmed: (credentials: Credentials) => void;
}

export function SignUpForm({ account, onStep, onUnconfirmed }: SignUpFormProps) {
  const [userName, setUserName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signingUp = useAction(async () => {
    const credentials = { userName: userName.trim(), password };
    const names = { userName: credentials.userName, displayName: displayName.trim() || credentials.userName };
    const { isConfirmed } = await account.signUp({ ...names, email: email.trim(), password });
    if (isConfirmed) onStep(await account.signIn(credentials.userName, password));
    else onUnconfirmed(credentials);
  });
  return (
    <ActionForm action={signingUp} submit="Make an account" isWide>
      <Field
        label="User name"
        hint="For signing in. Others do not see it."
        value={userName}
        onValue={setUserName}
        input={{ autocomplete: 'username', autocapitalize: 'none', spellcheck: false, required: true, maxLength: 128 }}
      />
      <Field
        label="Display name"
        hint="What others see on your stage."
        value={displayName}
        onValue={setDisplayName}
        input={{ autocomplete: 'nickname', required: true, maxLength: 64 }}
      />
      <Field
        label="E-mail address"
        hint="For the code that confirms your account. Others do not see it."
        value={email}
        onValue={setEmail}
        input={{ type: 'email', autocomplete: 'email', required: true }}
      />
      <PasswordField label="Password" value={password} onValue={setPassword} />
    </ActionForm>
  );
}
