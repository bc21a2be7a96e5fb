import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Brand } from '../brand.tsx';
import type { PageConfig } from '../page-config.ts';
import { Button } from '../parts/button.tsx';
import { Notice } from '../parts/notice.tsx';
import { View } from '../parts/view.tsx';
import { ChallengeForm } from './challenge-form.tsx';
import type { AccountUser, CognitoAccount, SignInStep } from './cognito-account.ts';
import { ConfirmForm } from './confirm-form.tsx';
import type { Credentials } from './credentials.ts';
import { NewPasswordForm } from './new-password-form.tsx';
import { SignInForm } from './sign-in-form.tsx';
import { SignUpForm } from './sign-up-form.tsx';

export interface AccountViewProps {
  readonly config: PageConfig;
  readonly account: CognitoAccount;
  /** Whether a sign-in of before has ended by itself. */
  readonly hasExpired: boolean;
  readonly onSignedIn: (user: AccountUser) => void;
}

type Place =
  | { readonly name: 'sign-in' }
  | { readonly name: 'sign-up' }
  | { readonly name: 'confirm'; readonly credentials: Credentials }
  | { readonly name: 'new-password' }
  | { readonly name: 'challenge'; readonly step: Exclude<SignInStep, { name: 'signed-in' }> };

export function AccountView({ config, account, hasExpired, onSignedIn }: AccountViewProps) {
  const [place, setPlace] = useState<Place>({ name: 'sign-in' });
  const follow = (step: SignInStep) => {
    if (step.name === 'signed-in') onSignedIn(step.user);
    else setPlace({ name: 'challenge', step });
  };
  const confirm = (credentials: Credentials) => setPlace({ name: 'confirm', credentials });
  const start = () => setPlace({ name: 'sign-in' });

  switch (place.name) {
    case 'sign-in':
      return (
        <AccountFrame key="sign-in" title="Sign in" intro="Your own live stage, and everybody else's.">
          {hasExpired && <Notice title="Your sign-in has expired">Sign in again to go on where you were.</Notice>}
          <SignInForm config={config} account={account} onStep={follow} onUnconfirmed={confirm} />
          <Button kind="quiet" isWide onClick={() => setPlace({ name: 'new-password' })}>
            Forgot your password?
          </Button>
          {config.selfSignUp && (
            <Button kind="quiet" isWide onClick={() => setPlace({ name: 'sign-up' })}>
              New here? Make an account
            </Button>
          )}
        </AccountFrame>
      );
    case 'sign-up':
      return (
        <AccountFrame key="sign-up" title="Make an account" intro="It comes with a stage of your own.">
          <SignUpForm account={account} onStep={follow} onUnconfirmed={confirm} />
          <BackToSignIn onClick={start} text="I have an account" />
        </AccountFrame>
      );
    case 'confirm':
      return (
        <AccountFrame key="confirm" title="Confirm your account" intro={codeIsWhere(config)}>
          <ConfirmForm account={account} credentials={place.credentials} onStep={follow} />
          <BackToSignIn onClick={start} text="Back to sign-in" />
        </AccountFrame>
      );
    case 'new-password':
      return (
        <AccountFrame key="new-password" title="Set a new password" intro="A code proves that the account is yours.">
          <NewPasswordForm account={account} codeIsWhere={codeIsWhere(config)} onStep={follow} />
          <BackToSignIn onClick={start} text="Back to sign-in" />
        </AccountFrame>
      );
    case 'challenge':
      return (
        <AccountFrame key={place.step.name} {...challengeTexts[place.step.name]}>
          <ChallengeForm step={place.step} onStep={follow} />
          <BackToSignIn onClick={start} text="Back to sign-in" />
        </AccountFrame>
      );
  }
}

const challengeTexts = {
  'code-wanted': { title: 'Enter your code', intro: 'Your authenticator app shows one of six digits.' },
  'new-password-wanted': { title: 'Choose a new password', intro: 'The one that you were given was for one use.' },
};

function codeIsWhere({ local }: PageConfig): string {
  if (local === undefined) return 'We have sent you a code by e-mail.';
  return 'This is a local run, which sends no e-mail: the terminal with npm start prints the code.';
}

interface AccountFrameProps {
  readonly title: string;
  readonly intro: string;
  readonly children: ComponentChildren;
}

function AccountFrame({ title, intro, children }: AccountFrameProps) {
  return (
    <>
      <header class="page-header">
        <div class="page-header-row">
          <span class="brand">
            <Brand />
          </span>
        </div>
      </header>
      <View title={title} intro={intro} width="form">
        {children}
      </View>
    </>
  );
}

function BackToSignIn({ text, onClick }: { readonly text: string; readonly onClick: () => void }) {
  return (
    <Button kind="quiet" isWide onClick={onClick}>
      {text}
    </Button>
  );
}
