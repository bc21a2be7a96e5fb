import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { DEMO_PASSWORD } from '../../local/cloud/index.ts';
import { until } from './pages.ts';
import { type RunningStagedoor, runStagedoor } from './run-stagedoor.ts';

// Starting browsers takes its time, on a busy machine above all.
jest.setTimeout(90_000);

const ROOT = join(import.meta.dirname, '../..');
const ORIGIN = 'http://localhost:4000';

let stagedoor: RunningStagedoor;
let directory: string;

beforeAll(async () => {
  stagedoor = await runStagedoor();
  directory = mkdtempSync(join(tmpdir(), 'stagedoor-own-page-'));
  await buildExample();
});
afterAll(async () => {
  await stagedoor.close();
  rmSync(directory, { recursive: true });
});

/** With what its README says to change for a local run. */
async function buildExample(): Promise<void> {
  const { ApiUrl, UserPoolId, UserPoolClientId, CognitoEndpoint, IvsEndpoint } = stagedoor.cloud.outputs;
  cpSync(join(ROOT, 'examples/own-page'), directory, { recursive: true, filter: (file) => !file.endsWith('_modules') });
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  replace('config.ts', /apiUrl: '.*'/, `apiUrl: '${ApiUrl}'`);
  replace('config.ts', /userPoolId: '.*'/, `userPoolId: '${UserPoolId}'`);
  replace('config.ts', /userPoolClientId: '.*'/, `userPoolClientId: '${UserPoolClientId}'`);
  replace('own-auth.ts', /ClientId: config.userPoolClientId/, `$&, endpoint: '${CognitoEndpoint}'`);
  replace('page.ts', /joinStage\(\{ api, ownerId/, `$&, transport: emulatorTransport('${IvsEndpoint}')`);
  replace('page.ts', /^/, `import { emulatorTransport } from '@stagedoor/client/emulator';\n`);
  const vite = [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--configLoader', 'native'];
  await promisify(execFile)(process.execPath, vite, {
    cwd: directory,
    env: { ...process.env, NODE_ENV: 'production', NODE_DISABLE_COMPILE_CACHE: '1' },
  });
}

function replace(name: string, what: RegExp, into: string): void {
  const file = join(directory, name);
  const code = readFileSync(file, 'utf8');
  if (!what.test(code)) throw new Error(`${name} of the example has no ${what} any more`);
  writeFileSync(file, code.replace(what, into));
}

/** At an address of its own, which the deployment allows by default. */
async function openExample(): Promise<Page> {
  const page = await stagedoor.openPage();
  await page.route(`${ORIGIN}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    return pathname === '/favicon.ico'
      ? route.fulfill({ status: 204 })
      : route.fulfill({ path: join(directory, 'dist', pathname === '/' ? 'index.html' : pathname) });
  });
  // A page that came from no server may ask this machine's servers only if it is told so.
  await page.context().grantPermissions(['local-network-access', 'camera', 'microphone'], { origin: ORIGIN });
  await page.goto(ORIGIN);
  return page;
}

async function signIn(page: Page, userName: string, password: string): Promise<void> {
  await page.getByLabel('Name').fill(userName);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function seesFramesOf(page: Page, name: string): Promise<void> {
  const figure = page.getByRole('figure').filter({ hasText: name });
  await figure.waitFor();
  const read = () =>
    figure.evaluate((tile) => tile.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0);
  await until(read, (frames) => frames >= 15);
}

describe('a page with a sign-in of its own', () => {
  it('goes live and leaves, and is watched from the list of who is live', async () => {
    const [ada, grace] = await Promise.all([openExample(), openExample()]);
    await signIn(ada, 'ada', DEMO_PASSWORD);
    await ada.getByRole('button', { name: 'Go live' }).click();
    await ada.getByText('live', { exact: true }).waitFor();

    await signIn(grace, 'grace', DEMO_PASSWORD);
    await grace.getByRole('button', { name: 'Ada' }).click();
    await seesFramesOf(grace, 'Ada');
    await ada.getByRole('button', { name: 'Leave' }).click();
    await ada.getByText('left', { exact: true }).waitFor();
    await grace.getByRole('figure').waitFor({ state: 'detached' });
    expect(stagedoor.complaints).toEqual([]);
  });

  it('says what is wrong with a sign-in', async () => {
    const page = await openExample();
    await signIn(page, 'ada', 'no-Password-1');
    await page.getByText('Incorrect username or password.').waitFor();
  });
});
