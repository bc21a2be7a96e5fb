import type { Transport } from '@stagedoor/client';
import { render } from 'preact';
import { createCognitoAccount } from './account/cognito-account.ts';
import { App } from './app.tsx';
import { type PageConfig, readPageConfig } from './page-config.ts';
import { Notice } from './parts/notice.tsx';
import './styles/index.css';

const page = document.querySelector('#page');
if (page === null) throw new Error('index.html has no #page');
start(page).catch((error: unknown) => {
  console.error(error);
  render(<NotStarted />, page);
});

async function start(root: Element): Promise<void> {
  const config = await readPageConfig();
  const transport = await localTransport(config);
  render(<App config={config} account={createCognitoAccount(config)} transport={transport} />, root);
}

/** Loaded on a local run only: elsewhere it is Amazon IVS, the client's default. */
async function localTransport({ local }: PageConfig): Promise<Transport | undefined> {
  if (local === undefined) return undefined;
  const { emulatorTransport } = await import('@stagedoor/client/emulator');
  return emulatorTransport(new URL(local.ivsEndpoint, location.href).href);
}

function NotStarted() {
  return (
    <main class="page-main page-main-text">
      <h1>Stagedoor</h1>
      <Notice kind="error" title="The page could not be opened">
        <p>Its settings did not load. Check your connection to the internet, then reload the page.</p>
      </Notice>
    </main>
  );
}
