import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { DEMO_PASSWORD } from '../../local/cloud/index.ts';
import { inspectView } from './inspect-view.ts';
import { openPerson, type Person } from './person.ts';
import { type PageOptions, type RunningStagedoor, runStagedoor } from './run-stagedoor.ts';

// Each view is looked at in two sizes and two colour schemes.
jest.setTimeout(240_000);

const running: RunningStagedoor[] = [];

afterEach(async () => {
  for (const stagedoor of running.splice(0)) await stagedoor.close();
});

async function start(): Promise<RunningStagedoor> {
  const stagedoor = await runStagedoor();
  running.push(stagedoor);
  return stagedoor;
}

async function enter(stagedoor: RunningStagedoor, userName: string, options: PageOptions = {}): Promise<Person> {
  const person = await openPerson(stagedoor, options);
  await person.signIn(userName);
  return person;
}

describe('everybody can use, on a phone and a desktop, light and dark,', () => {
  it('the views of an account', async () => {
    const stagedoor = await start();
    const linus = await openPerson(stagedoor);
    await linus.reads('This is a local run.');
    await inspectView(linus.page, 'sign-in');
    await linus.fillIn('User name', 'linus');
    await linus.fillIn('Password', 'not-the-password');
    await linus.press('Sign in');
    await linus.reads('User name or password is wrong');
    await inspectView(linus.page, 'sign-in-refused');
    await linus.press('New here? Make an account');
    await linus.fillIn('User name', 'linus');
    await linus.fillIn('Display name', 'Linus T.');
    await linus.fillIn('E-mail address', 'linus@example.com');
    await linus.fillIn('Password', DEMO_PASSWORD);
    await inspectView(linus.page, 'sign-up');
    await linus.press('Make an account');
    await linus.reads('Confirm your account');
    await inspectView(linus.page, 'confirm');
    await linus.fillIn('Code', stagedoor.cloud.cognito.outbox.at(-1)?.code ?? '');
    await linus.press('Confirm and sign in');
    await linus.reads('Nobody is live');
    await inspectView(linus.page, 'directory-empty');
    expect(withoutRefusals(stagedoor.complaints)).toEqual([]);
  });

  it('the views of a stage', async () => {
    const stagedoor = await start();
    const [ada, grace] = await Promise.all([enter(stagedoor, 'ada'), enter(stagedoor, 'grace')]);
    await ada.openMyStage();
    await inspectView(ada.page, 'my-stage');
    await ada.press('Turn on camera and microphone');
    await ada.tile('You').receivesFrames();
    await inspectView(ada.page, 'my-stage-preview');
    await ada.press('Go live');
    await ada.reads('You are live.');
    await grace.page.getByRole('link', { name: 'Ada' }).waitFor();
    await inspectView(grace.page, 'directory-with-a-live-stage');
    await grace.follow('A');
    await grace.tile('Ada').receivesFrames();
    await inspectView(grace.page, 'watch');

    await ada.press('Actions for Grace');
    await inspectView(ada.page, 'my-stage-live');
    await ada.press('Invite on stage');
    await grace.reads('Ada invited you on stage');
    await inspectView(grace.page, 'watch-invited');
    await grace.press('Come on stage');
    await grace.reads('You are on stage.');
    await ada.tile('Grace').receivesFrames();
    await inspectView(ada.page, 'my-stage-with-a-guest');
    await inspectView(grace.page, 'watch-on-stage');
    await ada.actOn('Grace', 'Ban');
    await ada.reads('Ban Grace?');
    await inspectView(ada.page, 'ban-dialog');
    expect(stagedoor.complaints).toEqual([]);
  });

  it('the settings', async () => {
    const stagedoor = await start();
    const [ada, host, guest, banned] = await Promise.all([
      enter(stagedoor, 'ada'),
      stagedoor.signIn('ada'),
      stagedoor.signIn('grace'),
      stagedoor.signIn('mod'),
    ]);
    await ada.follow('Settings');
    await ada.reads('Nobody is banned.');
    await inspectView(ada.page, 'settings');
    await host.put(`/me/stage/guests/${guest.userId}`);
    await host.put(`/stages/${host.userId}/bans/${banned.userId}`);
    await ada.page.reload();
    await ada.reads(guest.userId);
    await ada.reads(banned.userId);
    await ada.press('Get an address and a stream key');
    await ada.reads('Copy the stream key now');
    await ada.page.getByText('Invite somebody').click();
    await inspectView(ada.page, 'settings-in-use');
    await ada.press('Delete my data…');
    await inspectView(ada.page, 'delete-dialog');
    expect(stagedoor.complaints).toEqual([]);
  });

  it('what is shown when something is over or refused', async () => {
    const stagedoor = await start();
    const [grace, host, { userId }] = await Promise.all([
      enter(stagedoor, 'grace'),
      stagedoor.signIn('ada'),
      stagedoor.signIn('grace'),
    ]);
    await grace.open('#/no/such/page');
    await grace.reads('This address leads nowhere.');
    await inspectView(grace.page, 'no-such-page');
    await grace.open('#/stages/nobody');
    await grace.reads('There is no stage here');
    await inspectView(grace.page, 'no-such-stage');
    await grace.open(`#/stages/${userId}`);
    await grace.reads('This is your own stage');
    await inspectView(grace.page, 'own-watch-link');
    await grace.open(`#/stages/${host.userId}`);
    await grace.reads('Ada is not live.');
    await inspectView(grace.page, 'not-live');
    await host.put(`/stages/${host.userId}/bans/${userId}`);
    await grace.reads('You are banned from this stage');
    await inspectView(grace.page, 'banned');
    await grace.page.route(`${stagedoor.cloud.apiUrl}/**`, (route) => route.abort());
    await grace.open('#/');
    await grace.reads('No connection');
    await inspectView(grace.page, 'no-connection');
    expect(withoutRefusals(stagedoor.complaints)).toEqual([]);
  });
});

describe('without a mouse', () => {
  it('people sign in, go live and end it, and see at all times where they are', async () => {
    const stagedoor = await start();
    const ada = await openPerson(stagedoor);
    const { keyboard } = ada.page;
    await ada.reads('This is a local run.');
    await tabTo(ada.page, 'textbox', 'User name');
    await keyboard.type('ada');
    await tabTo(ada.page, 'textbox', 'Password');
    await keyboard.type(DEMO_PASSWORD);
    await keyboard.press('Enter');
    await ada.reads('Nobody is live');
    await tabTo(ada.page, 'link', 'My stage');
    await keyboard.press('Enter');
    await ada.reads('Nobody sees or hears you before you go live.');
    await tabTo(ada.page, 'button', 'Turn on camera and microphone');
    await keyboard.press('Space');
    await ada.tile('You').receivesFrames();
    await tabTo(ada.page, 'button', 'Go live');
    await keyboard.press('Enter');
    await ada.reads('You are live.');
    await tabTo(ada.page, 'button', 'End');
    await keyboard.press('Enter');
    await ada.reads('Nobody sees or hears you before you go live.');
    expect(stagedoor.complaints).toEqual([]);
  });
});

describe('the addresses that the page opens and calls', () => {
  it('have no password, token or stream key in them', async () => {
    const stagedoor = await start();
    const ada = await openPerson(stagedoor);
    const { urls, secrets } = recordTraffic(ada.page);
    await ada.signIn('ada');
    await ada.openMyStage();
    await ada.goLive();
    await ada.follow('Settings');
    await ada.press('Get an address and a stream key');
    await ada.reads('Copy the stream key now');
    secrets.push(DEMO_PASSWORD, await ada.page.getByLabel('Stream key', { exact: true }).inputValue());
    // Three of Cognito, the participant's and the two above.
    expect(secrets.length).toBeGreaterThanOrEqual(6);
    expect(urls.length).toBeGreaterThan(10);
    expect(urls.filter((url) => secrets.some((secret) => decodeURIComponent(url).includes(secret)))).toEqual([]);
  });
});

/** Of all that the page goes to and asks for; and the tokens in the answers. */
function recordTraffic(page: Page): { readonly urls: string[]; readonly secrets: string[] } {
  const urls: string[] = [];
  const secrets: string[] = [];
  page.on('framenavigated', (frame) => urls.push(frame.url()));
  page.on('request', (request) => urls.push(request.url()));
  page.on('requestfinished', async (request) => {
    if (request.method() !== 'POST') return;
    const text = await (await request.response())?.text().catch(() => '');
    for (const [, secret = ''] of (text ?? '').matchAll(/"(?:\w*Token|token)":"([^"]+)"/g)) secrets.push(secret);
  });
  return { urls, secrets };
}

/** Moves the focus on until it is there, and is seen to be. */
async function tabTo(page: Page, role: 'button' | 'link' | 'textbox', name: string): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true });
  await wanted.waitFor();
  for (let steps = 0; steps < 30; steps++) {
    await page.keyboard.press('Tab');
    if ((await wanted.and(page.locator(':focus')).count()) === 0) continue;
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).not.toBe('none');
    return;
  }
  throw new Error(`the ${role} "${name}" is not reached by Tab`);
}

/** The browser tells on its console of each answer that is an error. */
function withoutRefusals(complaints: readonly string[]): readonly string[] {
  return complaints.filter((complaint) => !complaint.startsWith('Failed to load resource'));
}
