import { createStagedoorApi, type Transport } from '@stagedoor/client';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { AccountView } from './account/account-view.tsx';
import type { AccountUser, CognitoAccount } from './account/cognito-account.ts';
import { DirectoryView } from './directory/directory-view.tsx';
import type { PageConfig } from './page-config.ts';
import { ErrorNotice } from './parts/notice.tsx';
import { Loading } from './parts/spinner.tsx';
import { View } from './parts/view.tsx';
import { directoryHref, type Route, useRoute } from './route.ts';
import { SettingsView } from './settings/settings-view.tsx';
import { Shell } from './shell.tsx';
import { type SignedIn, SignedInContext } from './signed-in.ts';
import { MyStageView } from './stage/my-stage-view.tsx';
import { WatchView } from './stage/watch-view.tsx';

export interface AppProps {
  readonly config: PageConfig;
  readonly account: CognitoAccount;
  readonly transport: Transport | undefined;
}

/** The sign-in comes in place of whatever view is wanted, which follows it. */
export function App({ config, account, transport }: AppProps) {
  const presence = usePresence(account);
  if (presence.name === 'unknown') return <Restoring error={presence.error} onRetry={presence.restore} />;
  if (presence.name === 'signed-out') {
    const { hasExpired, signIn } = presence;
    return <AccountView config={config} account={account} hasExpired={hasExpired} onSignedIn={signIn} />;
  }
  return <SignedInApp {...{ config, account, transport, presence }} />;
}

type Presence =
  | { readonly name: 'unknown'; readonly error: unknown; restore(): void }
  | { readonly name: 'signed-out'; readonly hasExpired: boolean; signIn(user: AccountUser): void }
  | Present;

interface Present {
  readonly name: 'signed-in';
  readonly user: AccountUser;
  /** The tokens are gone already. */
  leave(reason: 'signed-out' | 'expired'): void;
}

type Known = { readonly user: AccountUser | null; readonly hasExpired: boolean };

function usePresence(account: CognitoAccount): Presence {
  const [known, setKnown] = useState<Known | undefined>(undefined);
  const [error, setError] = useState<unknown>(null);
  const restore = useCallback(() => {
    setError(null);
    account.restore().then((user) => setKnown({ user, hasExpired: false }), setError);
  }, [account]);
  const leave = useCallback((reason: 'signed-out' | 'expired') => {
    setKnown({ user: null, hasExpired: reason === 'expired' });
  }, []);
  useEffect(restore, [restore]);
  useEffect(() => account.onSignedOutElsewhere(() => leave('signed-out')), [account, leave]);

  if (known === undefined) return { name: 'unknown', error, restore };
  const { user, hasExpired } = known;
  if (user !== null) return { name: 'signed-in', user, leave };
  return { name: 'signed-out', hasExpired, signIn: (next) => setKnown({ user: next, hasExpired: false }) };
}

function Restoring({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  return (
    <View title="Stagedoor" width="text">
      {error === null ? <Loading what="Opening Stagedoor…" /> : <ErrorNotice error={error} onRetry={onRetry} />}
    </View>
  );
}

function SignedInApp({ config, account, transport, presence }: AppProps & { readonly presence: Present }) {
  const route = useRoute();
  const { user, leave } = presence;
  const signedIn = useMemo<SignedIn>(() => {
    const getAccessToken = async (options: { readonly refresh: boolean }) => {
      const token = await account.getAccessToken(options);
      if (token === null) leave('expired');
      return token;
    };
    const signOut = () => {
      account.signOut();
      leave('signed-out');
    };
    const api = createStagedoorApi({ url: new URL(config.apiUrl, location.href).href, getAccessToken });
    return { config, api, transport, userId: user.userId, userName: user.name, signOut };
  }, [config, account, transport, user, leave]);
  return (
    <SignedInContext.Provider value={signedIn}>
      <Shell route={route}>
        <RoutedView route={route} />
      </Shell>
    </SignedInContext.Provider>
  );
}

function RoutedView({ route }: { readonly route: Route }) {
  switch (route.name) {
    case 'directory':
      return <DirectoryView key="directory" />;
    case 'my-stage':
      return <MyStageView key="my-stage" />;
    case 'settings':
      return <SettingsView key="settings" />;
    case 'watch':
      return <WatchView key={route.ownerId} ownerId={route.ownerId} />;
    case 'unknown':
      return (
        <View title="No such page" width="text" key="unknown">
          <p>
            This address leads nowhere. <a href={directoryHref}>See who is live now</a>
          </p>
        </View>
      );
  }
}
