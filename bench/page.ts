// What people at the page wait for: the local run and a real Chromium, which must be on the PATH, one for each person.
// Writes bench/results/page.png, the picture of the README.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Request } from 'playwright-core';
import { DEMO_PASSWORD } from '../local/cloud/index.ts';
import { openLink } from '../test/browser/cuttable-link.ts';
import { type Bar, quantile, reportBars } from './support/bars.ts';
import { type PageRun, startPageRun, type TimedPerson } from './support/page-run.ts';

const JOINS = 30;
const GOING_LIVE = 15;
const INVITATIONS = 8;
const CUTS = 10;
const CUT_MS = 1000;
const KILLS = 5;

const PICTURE = { viewport: { width: 1280, height: 640 }, colorScheme: 'dark' } as const;
const ADA = {
  curtain: ['#3d0f1f', '#7d1f38', '#3d0f1f'],
  light: '#ffe0b066',
  skin: '#e8b793',
  hair: '#4a2c1d',
  clothes: '#1f2a52',
};
const GRACE = {
  curtain: ['#0e2a33', '#1d5563', '#0e2a33'],
  light: '#fff3d066',
  skin: '#9c6a4c',
  hair: '#1c1512',
  clothes: '#d98e2b',
};

const bars: Bar[] = [];

const run = await startPageRun();
try {
  const host = await run.enter('ada');
  await host.openMyStage();
  await host.goLive();
  await measureWatching(run);
  await measureGoingLive(run, host);
  await measureInvitations(run, host);
  await measureCuts(run);
  await host.goAway();
  await measureKills(run);
  await takePicture(run);
} finally {
  await run.close();
}
reportBars(bars);

async function measureWatching({ enter }: PageRun): Promise<void> {
  const firstFrameMs: number[] = [];
  // The first one starts functions and connections of the server.
  for (let join = 0; join <= JOINS; join++) {
    const viewer = await enter('grace');
    await viewer.follow('Ada');
    const shownAt = await viewer.frameAt('Ada');
    if (join > 0) firstFrameMs.push(shownAt - (await viewer.clickedAt()));
    await viewer.goAway();
  }
  note('click on a stage to its first frame', firstFrameMs, { p50: 1000, p95: 2000 });
}

/** A viewer who is there already sees the host's picture come. */
async function measureGoingLive({ enter }: PageRun, host: TimedPerson): Promise<void> {
  const viewer = await enter('grace');
  await viewer.follow('Ada');
  await viewer.frameAt('Ada');
  const takenMs: number[] = [];
  const shownMs: number[] = [];
  for (let round = 0; round < GOING_LIVE; round++) {
    await host.press('End');
    await viewer.tileGoneAt('Ada');
    await host.press('Turn on camera and microphone');
    const answered = host.page.waitForEvent('requestfinished', isPublishing);
    await host.press('Go live');
    const [request, shownAt] = await Promise.all([answered, viewer.frameAt('Ada')]);
    const clickedAt = await host.clickedAt();
    takenMs.push(endOf(request) - clickedAt);
    shownMs.push(shownAt - clickedAt);
  }
  note('"Go live" until the stage takes the media', takenMs, { p50: 1000, p95: 2000 });
  note('"Go live" to the first frame at a viewer', shownMs, { p50: 1500, p95: 3000 });
  await viewer.goAway();
}

/** Of others each time: who is invited again within seconds may be put out by the end of the invitation before. */
async function measureInvitations({ enter, cloud }: PageRun, host: TimedPerson): Promise<void> {
  const offeredMs: number[] = [];
  const shownMs: number[] = [];
  const exchangeMs: number[] = [];
  for (let round = 1; round <= INVITATIONS; round++) {
    const name = `Guest ${round}`;
    const attributes = { email: `guest-${round}@example.com`, preferred_username: name };
    await cloud.cognito.addUser({ userName: `guest-${round}`, password: DEMO_PASSWORD, attributes });
    const guest = await enter(`guest-${round}`);
    await guest.follow('Ada');
    await guest.frameAt('Ada');
    recordExchange(guest, exchangeMs);
    await host.actOn(name, 'Invite on stage');
    offeredMs.push((await guest.buttonAt('Come on stage')) - (await host.clickedAt()));
    await guest.press('Come on stage');
    shownMs.push((await host.frameAt(name)) - (await guest.clickedAt()));
    await guest.goAway();
  }
  note('invitation until the guest can come on stage', offeredMs, { p50: 6000, p95: 8000 });
  note('"Come on stage" to the first frame at the host', shownMs, { p50: 2000, p95: 4000 });
  note('exchange of a token, API and stage', exchangeMs, { p50: 300, p95: 3000 });
}

/** Of a session of its own each time: a connection that was lost again within seconds is tried less often. */
async function measureCuts({ enter, cloud }: PageRun): Promise<void> {
  const link = await openLink(cloud.ivs.url);
  try {
    const backMs: number[] = [];
    for (let round = 0; round < CUTS; round++) {
      const viewer = await enter('grace', { ivsEndpoint: link.url });
      await viewer.follow('Ada');
      await viewer.tile('Ada').receivesFrames();
      const shownAgain = viewer.nextFrameAt('Ada');
      link.cut();
      await delay(CUT_MS);
      link.mend();
      const mendedAt = Date.now();
      backMs.push((await shownAgain) - mendedAt);
      await viewer.goAway();
    }
    note(`end of a cut of ${CUT_MS} ms to the next frame`, backMs, { p50: 2000, p95: 4000 });
  } finally {
    link.close();
  }
}

async function measureKills({ enter }: PageRun): Promise<void> {
  const viewer = await enter('grace');
  const toldMs: number[] = [];
  for (let round = 0; round < KILLS; round++) {
    const host = await enter('ada');
    await host.openMyStage();
    await host.goLive();
    await viewer.open('#/');
    await viewer.follow('Ada');
    await viewer.frameAt('Ada');
    const gone = viewer.tileGoneAt('Ada');
    const killedAt = Date.now();
    await host.kill();
    toldMs.push((await gone) - killedAt);
  }
  note('host’s browser killed until a viewer’s page shows it', toldMs, { p50: 500, p95: 1000 });
  await viewer.goAway();
}

async function takePicture({ enter }: PageRun): Promise<void> {
  const host = await enter('ada', { ...PICTURE, drawnAs: ADA });
  await host.openMyStage();
  await host.goLive();
  const guest = await enter('grace', { drawnAs: GRACE });
  await guest.follow('Ada');
  await host.actOn('Grace', 'Invite on stage');
  await guest.press('Come on stage');
  // Until the encoder has found its bit rate.
  await host.tile('Grace').receivesFrames(100);
  await host.page.mouse.move(0, 0);
  const directory = path.join(import.meta.dirname, 'results');
  mkdirSync(directory, { recursive: true });
  await host.page.screenshot({ path: path.join(directory, 'page.png'), animations: 'disabled' });
}

type Timed = Readonly<Record<'p50' | 'p95', number>>;

function note(what: string, timesMs: readonly number[], most: Timed): void {
  const [p50, p95] = [quantile(timesMs, 0.5), quantile(timesMs, 0.95)];
  bars.push({
    what: `${what} (${timesMs.length} times): p50, p95`,
    measured: `${p50.toFixed(0)}, ${p95.toFixed(0)} ms`,
    bar: `<= ${most.p50}, ${most.p95}`,
    holds: p50 <= most.p50 && p95 <= most.p95,
  });
}

function isPublishing(request: Request): boolean {
  return request.method() === 'POST' && new URL(request.url()).pathname.startsWith('/whip');
}

/** When the answer had come. */
function endOf(request: Request): number {
  const { startTime, responseEnd } = request.timing();
  return startTime + responseEnd;
}

/** From the question to the API until the stage has taken the token. */
function recordExchange({ page }: TimedPerson, tookMs: number[]): void {
  let askedAt = 0;
  page.on('requestfinished', (request) => {
    const isExchange = request.method() === 'POST' && request.url().endsWith('/exchange');
    if (!isExchange) return;
    if (request.url().startsWith(run.cloud.ivs.url)) tookMs.push(endOf(request) - askedAt);
    else askedAt = request.timing().startTime;
  });
}
