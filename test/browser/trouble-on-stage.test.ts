import { DeleteStageCommand, IVSRealTimeClient } from '@aws-sdk/client-ivs-realtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { LocalCloudOptions } from '../../local/cloud/index.ts';
import { type CuttableLink, openLink } from './cuttable-link.ts';
import { inspectView } from './inspect-view.ts';
import { until } from './pages.ts';
import { openPerson, type Person } from './person.ts';
import { type PageOptions, type RunningStagedoor, runStagedoor } from './run-stagedoor.ts';

// Starting browsers takes its time, on a busy machine above all.
jest.setTimeout(120_000);

const closers: (() => unknown)[] = [];

async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

async function start(options: Partial<LocalCloudOptions> = {}): Promise<RunningStagedoor> {
  const stagedoor = await runStagedoor(options);
  closers.push(stagedoor.close);
  return stagedoor;
}

async function enter(stagedoor: RunningStagedoor, userName: string, options: PageOptions = {}): Promise<Person> {
  const person = await openPerson(stagedoor, options);
  await person.signIn(userName);
  return person;
}

/** Their network to everything, stage and API alike. */
interface Network {
  fail(): Promise<void>;
  comeBack(): Promise<void>;
}

/** Somebody who reaches the stage by a link that can be cut. The policy of the page knows the emulator by its own address only. */
async function enterByLink(stagedoor: RunningStagedoor, userName: string) {
  const ivsUrl = stagedoor.cloud.ivs.url;
  const link = await openLink(ivsUrl);
  closers.push(link.close);
  const person = await openPerson(stagedoor, { bypassCSP: true });
  await person.page.route('**/config.json', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace(ivsUrl, link.url) });
  });
  await person.page.reload();
  await person.signIn(userName);
  return { person, network: networkOf(person, link) };
}

function networkOf({ page }: Person, link: CuttableLink): Network {
  return {
    async fail() {
      await page.context().setOffline(true);
      link.cut();
    },
    async comeBack() {
      link.mend();
      await page.context().setOffline(false);
    },
  };
}

/** Ada is live, and Grace has signed in. */
async function startBroadcast(options: Partial<LocalCloudOptions> = {}) {
  const stagedoor = await start(options);
  const [ada, grace, host] = await Promise.all([
    enterByLink(stagedoor, 'ada'),
    enterByLink(stagedoor, 'grace'),
    stagedoor.signIn('ada'),
  ]);
  await ada.person.openMyStage();
  await ada.person.goLive();
  return {
    stagedoor,
    host,
    ada: ada.person,
    grace: grace.person,
    networks: { ada: ada.network, grace: grace.network },
    watchPath: `#/stages/${host.userId}`,
  };
}

type Broadcast = Awaited<ReturnType<typeof startBroadcast>>;

async function watchAda({ grace, watchPath }: Pick<Broadcast, 'grace' | 'watchPath'>): Promise<void> {
  await grace.watch(watchPath);
  await grace.tile('Ada').receivesFrames();
}

/** Paths of the API and the emulator that the page asks for tokens and joins with, and how that was answered. */
function recordJoining({ page }: Person): readonly string[] {
  const answers: string[] = [];
  page.on('response', (response) => {
    const [path] = /(tokens|live)(\/\w+)?$/.exec(response.url()) ?? [];
    if (path !== undefined && response.request().method() !== 'OPTIONS') answers.push(`${response.status()} ${path}`);
  });
  return answers;
}

describe('while a stage is live', () => {
  let broadcast: Broadcast;
  let aheadMs = 0;

  beforeAll(async () => {
    broadcast = await startBroadcast({ now: () => Date.now() + aheadMs });
  });
  beforeEach(() => broadcast.grace.open('#/'));
  afterAll(closeAll);

  it('a viewer whose network fails is told so, and sees on when it is back', async () => {
    const { grace, networks } = broadcast;
    await watchAda(broadcast);
    await networks.grace.fail();
    await grace.reads('The connection was lost. Reconnecting…');
    await inspectView(grace.page, 'reconnecting');
    await networks.grace.comeBack();
    await grace.reads('You are watching.');
    await grace.tile('Ada').receivesFrames();
  });

  it('a host whose network fails is told so, and is seen again when it is back', async () => {
    const { ada, grace, networks } = broadcast;
    await watchAda(broadcast);
    await networks.ada.fail();
    await ada.reads('The connection was lost. Reconnecting…');
    await grace.reads('Nobody is on stage right now.');
    await networks.ada.comeBack();
    await ada.reads('You are live.');
    await grace.tile('Ada').receivesFrames();
  });

  it('a viewer who finds no API is told so, and is brought in when it answers', async () => {
    const { stagedoor, grace, watchPath } = broadcast;
    await grace.page.route(`${stagedoor.cloud.apiUrl}/**`, (route) => route.abort());
    await grace.open(watchPath);
    await grace.reads('Nobody answers. Check your connection to the internet, then try again.');
    await inspectView(grace.page, 'offline');
    await grace.page.unroute(`${stagedoor.cloud.apiUrl}/**`);
    await grace.tile('Ada').receivesFrames();
  });

  it('a viewer who gets no token is told of the tries, and is brought in by one of them', async () => {
    const { grace, watchPath } = broadcast;
    await grace.page.route('**/tokens', (route) => route.abort());
    await grace.open(watchPath);
    await grace.reads(/Joining… \(attempt \d+\)/);
    await grace.page.unroute('**/tokens');
    await grace.tile('Ada').receivesFrames();
  });

  it('a viewer whose token has expired when the connection breaks joins again with another', async () => {
    const { grace, networks } = broadcast;
    const answers = recordJoining(grace);
    await grace.page.route('**/tokens', (route) => route.continue({ postData: '{"durationMinutes":1}' }), { times: 1 });
    await watchAda(broadcast);
    await networks.grace.fail();
    await grace.reads('The connection was lost. Reconnecting…');
    aheadMs = 120_000;
    await networks.grace.comeBack();
    await grace.tile('Ada').receivesFrames();
    expect(answers).toEqual(['201 tokens', '200 live/events', '401 live/events', '201 tokens', '200 live/events']);
  });

  it('a viewer is told when the stage gets private and when they are banned, and is let in when it is over', async () => {
    const { stagedoor, host, grace, watchPath } = broadcast;
    const { userId } = await stagedoor.signIn('grace');
    await watchAda(broadcast);
    await host.patch('/me/stage', { visibility: 'invited' });
    await grace.reads('No such stage');
    await inspectView(grace.page, 'private');
    await grace.page.reload();
    await grace.reads('No such stage');
    await host.patch('/me/stage', { visibility: 'public' });
    await grace.tile('Ada').receivesFrames();

    await host.put(`/stages/${host.userId}/bans/${userId}`);
    await grace.reads('You are banned from this stage');
    await grace.open('#/stages/nobody');
    await grace.reads('No such stage');
    await grace.open(watchPath);
    await grace.reads('You are banned from this stage');
    await host.delete(`/stages/${host.userId}/bans/${userId}`);
    await grace.tile('Ada').receivesFrames();
  });

  it('a viewer whose token is about to expire gets another in exchange, on the same connection', async () => {
    const { grace, watchPath } = broadcast;
    const answers = recordJoining(grace);
    // It stays ahead: this is the last of these tests.
    await grace.page.clock.install();
    await grace.watch(watchPath);
    await grace.page.clock.fastForward('14:10');
    await until(async () => answers.includes('200 live/exchange'), Boolean, 30_000);
    await grace.tile('Ada').receivesFrames();
    expect(answers).toEqual(['201 tokens', '200 live/events', '200 tokens/exchange', '200 live/exchange']);
  });
});

describe('a host', () => {
  afterEach(closeAll);

  it('whose browser is killed leaves the viewer waiting for the next live, which is shown', async () => {
    const broadcast = await startBroadcast();
    const { stagedoor, ada, grace } = broadcast;
    await watchAda(broadcast);
    await stagedoor.killBrowserOf(ada.page);
    await grace.reads('Nobody is on stage right now.');
    await grace.reads('Ada is not live. This page starts by itself when they are.');
    await inspectView(grace.page, 'waiting-for-the-host');
    const again = await enter(stagedoor, 'ada');
    await again.openMyStage();
    await again.goLive();
    await grace.tile('Ada').receivesFrames();
  });

  it('whose stage is deleted is live again on another, where a viewer who was told so can watch', async () => {
    const broadcast = await startBroadcast();
    const { stagedoor, host, ada, grace, networks } = broadcast;
    await watchAda(broadcast);
    // Else it would open another one before the viewer has noticed.
    await networks.ada.fail();
    const { arn } = (await host.get('/me/stage')).body;
    // IVS is asked once a minute whether the stage is there.
    await stagedoor.changeProfile(host.userId, { checkedAt: new Date(Date.now() - 61_000).toISOString() });
    await deleteStage(stagedoor, arn);
    await grace.reads('The stage is closed');
    await inspectView(grace.page, 'stage-closed');
    await networks.ada.comeBack();
    await ada.reads('You are live.');
    await grace.press('Try again');
    await grace.tile('Ada').receivesFrames();
  });

  it('whose stage was cleaned up opens another by going live, and is watched there', async () => {
    const stagedoor = await start();
    const [ada, grace, { userId }] = await Promise.all([
      enter(stagedoor, 'ada'),
      enter(stagedoor, 'grace'),
      stagedoor.signIn('ada'),
    ]);
    await ada.openMyStage();
    await grace.open(`#/stages/${userId}`);
    await stagedoor.cleanUp({ time: new Date(Date.now() + 31 * 86_400_000).toISOString() });
    expect(stagedoor.cloud.ivs.stages()).toEqual([]);
    await grace.page.reload();
    await grace.reads('Ada is not live. This page starts by itself when they are.');
    await ada.goLive();
    await grace.tile('Ada').receivesFrames();
    expect(stagedoor.cloud.ivs.stages()).toHaveLength(1);
  });

  it('who has no camera goes live with the microphone alone', async () => {
    const stagedoor = await start();
    const ada = await enter(stagedoor, 'ada', { devices: 'no-camera' });
    await ada.openMyStage();
    await ada.press('Turn on camera and microphone');
    await ada.reads('No camera or microphone found');
    await inspectView(ada.page, 'no-camera');
    await ada.press('Use the microphone only');
    await ada.press('Go live');
    await ada.reads('You are live.');
    expect(stagedoor.complaints).toEqual([]);
  });

  it('whose browser refuses the camera is told how to allow it', async () => {
    const stagedoor = await start();
    const ada = await enter(stagedoor, 'ada', { devices: 'refused' });
    await ada.openMyStage();
    await ada.press('Turn on camera and microphone');
    await ada.reads('The browser may not use it');
    await inspectView(ada.page, 'camera-refused');
    expect(stagedoor.complaints).toEqual([]);
  });

  it('whose stage cannot be made at once waits for it, and goes live without a reload', async () => {
    const stagedoor = await start();
    stagedoor.cloud.ivs.setFaults({ rules: [{ operations: ['CreateStage'], kind: 'throttle' }] });
    const ada = await enter(stagedoor, 'ada');
    await ada.follow('My stage');
    await ada.reads('Your stage is being prepared…');
    stagedoor.cloud.ivs.setFaults({ rules: [] });
    await ada.goLive();
    expect(stagedoor.complaints).toEqual([]);
  });

  it('for whose stage there is no room is told so', async () => {
    const stagedoor = await start({ ivsStageQuota: 1 });
    await stagedoor.signIn('grace');
    const ada = await enter(stagedoor, 'ada');
    await ada.follow('My stage');
    await ada.reads('No room for another stage');
    await inspectView(ada.page, 'no-room');
  });
});

/** Behind the system's back, as an operator can. */
async function deleteStage({ cloud }: RunningStagedoor, arn: string | undefined): Promise<void> {
  const region = String(cloud.outputs.Region);
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'operator' };
  const ivs = new IVSRealTimeClient({ endpoint: cloud.ivs.url, region, credentials });
  await ivs.send(new DeleteStageCommand({ arn })).finally(() => ivs.destroy());
}
