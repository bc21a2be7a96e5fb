import { useState } from 'preact/hooks';
import { ActionForm } from '../parts/action-form.tsx';
import { Field } from '../parts/field.tsx';
import { useAction } from '../parts/use-action.ts';
import { CodeField } from './code-field.tsx';
import type { CognitoAccount, SignInStep } from './cognito-account.ts';
import { PasswordField } from './password-field.tsx';

interface NewPasswordFormProps {
  readonly account: CognitoAccount;
  readonly codeIsWhere: string;
  readonly onStep: (step: SignInStep) => void;
}

/** For who forgot theirs: first the user name, then the code and the new one. */
export function NewPasswordForm({ account, codeIsWhere, onStep }: NewPasswordFormProps) {
  const [userName, setUserName] = useState('');
  const asking = useAction(() => account.forgotPassword(userName.trim()));
  if (asking.state === 'done')
    return <CodeAndPassword {...{ account, codeIsWhere, onStep }} userName={userName.trim()} />;
  return (
    <ActionForm action={asking} submit="Send a code" isWide>
      <Field
        label="User name"
        value={userName}
        onValue={setUserName}
        input={{ autocomplete: 'username', autocapitalize: 'none', spellcheck: false, required: true }}
      />
    </ActionForm>
  );
}

function CodeAndPassword(props: NewPasswordFormProps & { readonly userName: string }) {
  const { account, userName, codeIsWhere, onStep } = props;
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const [isSet, setSet] = useState(false);
  const setting = useAction(async () => {
    // Cognito takes a code once: when only the sign-in has failed, that alone is tried again.
    if (!isSet) await account.resetPassword(userName, code.trim(), password);
    setSet(true);
    onStep(await account.signIn(userName, password));
  });
  return (
    <ActionForm action={setting} submit="Set and sign in" isWide>
      <p role="status">{codeIsWhere}</p>
      <CodeField value={code} onValue={setCode} />
      <PasswordField label="New password" value={password} onValue={setPassword} />
    </ActionForm>
  );
}
